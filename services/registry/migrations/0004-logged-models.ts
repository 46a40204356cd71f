import { type Kysely, type Migration, sql } from 'kysely';

/** Models that runs log. Their metrics have been kept since 0003: a point may come before its model is known. */
export const loggedModels: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // source_run_id is text without a reference: MLflow takes runs that are not there, or none as ''.
  `create table logged_models (
    model_id text primary key,
    experiment_id bigint not null references experiments on delete cascade,
    name text not null,
    artifact_uri text not null,
    status text not null default 'PENDING' check (status in ('UNSPECIFIED', 'PENDING', 'READY', 'FAILED')),
    lifecycle_stage text not null default 'active' check (lifecycle_stage in ('active', 'deleted')),
    model_type text not null,
    source_run_id text not null,
    creation_time bigint not null,
    last_updated_time bigint not null
  )`,
  `create index logged_models_newest on logged_models (experiment_id, creation_time desc, model_id)
   where lifecycle_stage = 'active'`,
  `create index logged_models_by_run on logged_models (source_run_id) where source_run_id <> ''`,
  `create table logged_model_params (
    model_id text not null references logged_models on delete cascade,
    key text not null,
    value text not null,
    primary key (model_id, key)
  )`,
  `create table logged_model_tags (
    model_id text not null references logged_models on delete cascade,
    key text not null,
    value text not null,
    primary key (model_id, key)
  )`,
  'create index logged_model_tags_by_key on logged_model_tags (key, model_id)',
];
