import { type Kysely, type Migration, sql } from 'kysely';

/** What runs read and made: datasets, logged models, and the metrics that belong to such a model. */
export const runInputs: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // The same data used by many runs of an experiment is one row: schema and profile may be megabytes.
  `create table datasets (
    dataset_id bigint primary key generated always as identity,
    experiment_id bigint not null references experiments on delete cascade,
    name text not null,
    digest text not null,
    source_type text not null,
    source text not null,
    schema text,
    profile text,
    unique (experiment_id, name, digest)
  )`,
  `create table run_datasets (
    run_id uuid not null references runs on delete cascade,
    dataset_id bigint not null references datasets on delete cascade,
    tags jsonb not null check (jsonb_typeof(tags) = 'object'),
    logged_at bigint not null,
    place integer not null,
    primary key (run_id, dataset_id)
  )`,
  'create index run_datasets_by_dataset on run_datasets (dataset_id)',
  // model_id has no reference: MLflow takes models that are not there, or not any more.
  `create table run_models (
    run_id uuid not null references runs on delete cascade,
    role text not null check (role in ('input', 'output')),
    model_id text not null,
    step bigint not null default 0,
    primary key (run_id, role, model_id)
  )`,
  'create index run_models_by_model on run_models (model_id)',
  `create table logged_model_metrics (
    model_id text not null,
    run_id uuid not null references runs on delete cascade,
    key text not null,
    timestamp bigint not null,
    step bigint not null,
    value double precision not null,
    dataset_name text,
    dataset_digest text,
    primary key (model_id, key, timestamp, step, run_id)
  )`,
  'create index logged_model_metrics_by_run on logged_model_metrics (run_id)',
];
