import { type Kysely, type Migration, sql } from 'kysely';

/** Registered models, their versions, tags and aliases. Names stand in one place, so that a rename touches one row. */
export const modelRegistry: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // last_version counts up under the lock of the row: versions made at once get numbers of their own, none is given twice.
  `create table registered_models (
    model_id bigint generated always as identity primary key,
    name text not null unique,
    description text,
    creation_time bigint not null,
    last_updated_time bigint not null,
    last_version integer not null default 0
  )`,
  'create index registered_models_newest on registered_models (last_updated_time desc, name)',
  `create table registered_model_tags (
    model_id bigint not null references registered_models on delete cascade,
    key text not null,
    value text not null,
    primary key (model_id, key)
  )`,
  'create index registered_model_tags_by_key on registered_model_tags (key, model_id)',
  // run_id is text without a reference: MLflow takes runs of other servers. A deleted version stays, without its content.
  `create table model_versions (
    model_id bigint not null references registered_models on delete cascade,
    version integer not null check (version > 0),
    creation_time bigint not null,
    last_updated_time bigint not null,
    description text,
    current_stage text not null default 'None'
      check (current_stage in ('None', 'Staging', 'Production', 'Archived', 'Deleted_Internal')),
    source text not null,
    storage_location text not null,
    run_id text not null,
    run_link text not null,
    logged_model_id text,
    primary key (model_id, version)
  )`,
  'create index model_versions_by_stage on model_versions (model_id, current_stage, version desc)',
  `create index model_versions_newest on model_versions (last_updated_time desc) where current_stage <> 'Deleted_Internal'`,
  `create index model_versions_by_run on model_versions (run_id) where run_id <> ''`,
  `create table model_version_tags (
    model_id bigint not null,
    version integer not null,
    key text not null,
    value text not null,
    primary key (model_id, version, key),
    foreign key (model_id, version) references model_versions on delete cascade
  )`,
  'create index model_version_tags_by_key on model_version_tags (key, model_id, version)',
  `create table registered_model_aliases (
    model_id bigint not null,
    alias text not null,
    version integer not null,
    since bigint not null,
    primary key (model_id, alias),
    foreign key (model_id, version) references model_versions on delete cascade
  )`,
  'create index registered_model_aliases_by_version on registered_model_aliases (model_id, version)',
  'create index registered_model_aliases_by_alias on registered_model_aliases (alias, model_id)',
  // Where an alias pointed before, and when: no protocol asks for it, audits do.
  `create table registered_model_alias_history (
    model_id bigint not null,
    alias text not null,
    version integer not null,
    since bigint not null,
    until bigint not null,
    foreign key (model_id, version) references model_versions on delete cascade
  )`,
  'create index registered_model_alias_history_by_alias on registered_model_alias_history (model_id, alias, until)',
];
