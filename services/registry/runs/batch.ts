import { type RawBuilder, sql } from 'kysely';
import { runPrepared } from '../../kit/prepared';
import { type KeyValue, lastOfEachKey } from '../protocol/entities';
import type { Db, LifecycleStage } from '../tables';
import { runId } from './id';
import { runNameTag } from './name';
import type { Batch, LoggedMetric } from './store';

/** What was found: the run's stage, where there is such a run; params that another value has already, models that are not there. */
export interface Written {
  readonly stage: LifecycleStage | undefined;
  readonly taken: readonly KeyValue[];
  readonly unknownModels: readonly string[];
}

interface Found {
  readonly stage: LifecycleStage;
  readonly taken?: readonly KeyValue[] | null;
  readonly unknown?: readonly { readonly id: string }[] | null;
}

/** SQLSTATE of a subquery with two rows where one may be: the statement, with all that it wrote, is undone. */
const raced = '21000';

/**
 * Writes a batch in one statement, for this is what clients call most: whole, or nothing of it where the run is not active, a param
 * would change, or a model is not there. Rows go in order of their keys, and tables in one order, so that concurrent batches of a
 * run cannot deadlock.
 */
export async function writeBatch(db: Db, id: string, batch: Batch): Promise<Written> {
  const statement = statementOf(id, batch);
  const attempt = async () => (await runPrepared(statement, db))[0];
  const found = await attempt().catch((error: { code?: unknown }) => {
    // A batch at the same time wrote the param first. Now it is seen before anything is written.
    if (error.code === raced) return attempt();
    throw error;
  });
  return {
    stage: found?.stage,
    taken: found?.taken ?? [],
    unknownModels: found?.unknown?.map(({ id }) => id) ?? [],
  };
}

/**
 * Has only the parts that the batch needs: Postgres prepares each to run, also where there is nothing for it to do. The lock of the run's
 * row stands for the foreign keys that metrics, latest_metrics and params do not have: who deletes the run waits until its rows are there.
 */
function statementOf(id: string, { metrics, params, tags }: Batch): RawBuilder<Found> {
  const models = modelsOf(metrics);
  const hindrances = [
    ...(params.length > 0 ? [{ name: sql.raw('taken'), rows: takenOf(params) }] : []),
    ...(models.length > 0 ? [{ name: sql.raw('unknown'), rows: unknownOf(models) }] : []),
  ];
  const parts = [
    sql`run as (select run_id, lifecycle_stage from runs where run_id = ${runId(id)} for key share)`,
    ...hindrances.map(({ name, rows }) => sql`${name} as (${rows})`),
    sql`
      active as (
        select run_id from run where ${sql.join(
          [sql`lifecycle_stage = 'active'`, ...hindrances.map(({ name }) => sql`not exists (select from ${name})`)],
          sql` and `,
        )})`,
    ...(params.length > 0 ? [newParamsOf(params)] : []),
    ...(metrics.length > 0 ? metricsOf(metrics) : []),
    ...tagsOf(tags),
  ];
  const found = hindrances.map(({ name }) => sql`, (select json_agg(h) from ${name} h) as ${name}`);
  return sql`with ${sql.join(parts)} select lifecycle_stage as stage ${sql.join(found, sql``)} from run`;
}

/** Models whose metrics these are. */
const modelsOf = (metrics: readonly LoggedMetric[]): string[] => [
  ...new Set(metrics.flatMap(({ modelId }) => modelId ?? [])),
];

const takenOf = (params: readonly KeyValue[]) => sql`
  select key, p.value from run join params p using (run_id) join ${keyValues(params)} as b (key, value) using (key)
  where p.value <> b.value`;

const unknownOf = (models: readonly string[]) => sql`
  select id from unnest(${models}::text[]) id where not exists (select from logged_models where model_id = id)`;

/** Where a batch at the same time has just written another value, the update runs the subquery, and that ends the statement. */
const newParamsOf = (params: readonly KeyValue[]) => sql`
  new_params as (
    insert into params as p (run_id, key, value)
    select run_id, b.key, b.value from active, ${keyValues(params)} as b (key, value) order by b.key
    on conflict (run_id, key) do update set value = (select '' from (values (1), (2)) as two) where p.value <> excluded.value)`;

function metricsOf(metrics: readonly LoggedMetric[]): RawBuilder<unknown>[] {
  const ofModels = metrics.filter((metric) => metric.modelId !== undefined);
  return [
    sql`
      points as (
        select run_id, m.* from active, unnest(${keysOf(metrics)}::text[], ${metrics.map((m) => m.value)}::double precision[],
          ${metrics.map((m) => m.timestamp)}::bigint[], ${metrics.map((m) => m.step)}::bigint[])
          as m (key, value, timestamp, step))`,
    sql`
      new_points as (
        insert into metrics (run_id, key, value, timestamp, step)
        select run_id, key, value, timestamp, step from points order by key, timestamp, step, value
        on conflict do nothing)`,
    sql`
      new_latest as (
        insert into latest_metrics as latest (run_id, key, value, timestamp, step)
        select distinct on (key) run_id, key, value, timestamp, step from points
        order by key, step desc, timestamp desc, value desc
        on conflict (run_id, key) do update
          set value = excluded.value, timestamp = excluded.timestamp, step = excluded.step
          where (excluded.step, excluded.timestamp, excluded.value) > (latest.step, latest.timestamp, latest.value))`,
    ...(ofModels.length > 0 ? [modelMetricsOf(ofModels)] : []),
  ];
}

const modelMetricsOf = (metrics: readonly LoggedMetric[]): RawBuilder<unknown> => sql`
  of_models as (
    insert into logged_model_metrics (run_id, model_id, key, value, timestamp, step, dataset_name, dataset_digest)
    select run_id, m.* from active, unnest(${metrics.map((m) => m.modelId)}::text[], ${keysOf(metrics)}::text[],
      ${metrics.map((m) => m.value)}::double precision[], ${metrics.map((m) => m.timestamp)}::bigint[],
      ${metrics.map((m) => m.step)}::bigint[], ${metrics.map((m) => m.datasetName ?? null)}::text[],
      ${metrics.map((m) => m.datasetDigest ?? null)}::text[])
      as m (model_id, key, value, timestamp, step, dataset_name, dataset_digest)
    order by m.model_id, m.key, m.timestamp, m.step
    on conflict do nothing)`;

function tagsOf(tags: readonly KeyValue[]): RawBuilder<unknown>[] {
  // A run cannot lose its name: an empty one is no change.
  const last = lastOfEachKey(tags).filter(({ key, value }) => key !== runNameTag || value !== '');
  if (last.length === 0) return [];
  const name = last.find(({ key }) => key === runNameTag)?.value;
  const written = sql`
    new_tags as (
      insert into tags (run_id, key, value)
      select run_id, n.key, n.value from active, ${keyValues(last)} as n (key, value) order by n.key
      on conflict (run_id, key) do update set value = excluded.value)`;
  if (name === undefined) return [written];
  return [written, sql`renamed as (update runs set name = ${name} from active where runs.run_id = active.run_id)`];
}

const keyValues = (items: readonly KeyValue[]) =>
  sql`unnest(${keysOf(items)}::text[], ${items.map(({ value }) => value)}::text[])`;

const keysOf = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key);
