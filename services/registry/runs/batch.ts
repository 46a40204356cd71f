import { sql, type Transaction } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import type { Tables } from '../tables';
import { runNameTag } from './name';
import type { LoggedMetric } from './store';

/*
 * Writes within a transaction. Rows go in order of their keys, so that concurrent batches of a run cannot deadlock.
 */
type Tx = Transaction<Tables>;

/** Writes params, and gives those that were there with another value: a param never changes. */
export async function changedParams(
  tx: Tx,
  runId: string,
  params: readonly KeyValue[],
): Promise<(KeyValue & { readonly old: string })[]> {
  if (params.length === 0) return [];
  // The update changes nothing. Without it, one that a concurrent batch has just written would not be returned.
  const { rows } = await sql<KeyValue>`
    insert into params as p (run_id, key, value)
    select ${runId}::uuid, key, value
    from unnest(${keysOf(params)}::text[], ${params.map((p) => p.value)}::text[]) as new (key, value)
    order by key
    on conflict (run_id, key) do update set value = p.value
    returning key, value`.execute(tx);
  const kept = new Map(rows.map(({ key, value }) => [key, value]));
  return params
    .map((param) => ({ ...param, old: kept.get(param.key) ?? param.value }))
    .filter(({ value, old }) => value !== old);
}

export async function writeMetrics(tx: Tx, runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
  if (metrics.length === 0) return;
  const points = sql`
    unnest(${keysOf(metrics)}::text[], ${metrics.map((m) => m.value)}::double precision[],
      ${metrics.map((m) => m.timestamp)}::bigint[], ${metrics.map((m) => m.step)}::bigint[]) as m (key, value, timestamp, step)`;
  await sql`
    insert into metrics (run_id, key, value, timestamp, step)
    select ${runId}::uuid, key, value, timestamp, step from ${points} order by key, timestamp, step, value
    on conflict do nothing`.execute(tx);
  await sql`
    insert into latest_metrics as latest (run_id, key, value, timestamp, step)
    select distinct on (key) ${runId}::uuid, key, value, timestamp, step from ${points}
    order by key, step desc, timestamp desc, value desc
    on conflict (run_id, key) do update set value = excluded.value, timestamp = excluded.timestamp, step = excluded.step
    where (excluded.step, excluded.timestamp, excluded.value) > (latest.step, latest.timestamp, latest.value)`.execute(
    tx,
  );
  const ofModels = metrics.filter((metric) => metric.modelId !== undefined);
  if (ofModels.length > 0) await writeModelMetrics(tx, runId, ofModels);
}

async function writeModelMetrics(tx: Tx, runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
  await sql`
    insert into logged_model_metrics (run_id, model_id, key, value, timestamp, step, dataset_name, dataset_digest)
    select ${runId}::uuid, m.* from unnest(${metrics.map((m) => m.modelId)}::text[], ${keysOf(metrics)}::text[],
      ${metrics.map((m) => m.value)}::double precision[], ${metrics.map((m) => m.timestamp)}::bigint[],
      ${metrics.map((m) => m.step)}::bigint[], ${metrics.map((m) => m.datasetName ?? null)}::text[],
      ${metrics.map((m) => m.datasetDigest ?? null)}::text[])
      as m (model_id, key, value, timestamp, step, dataset_name, dataset_digest)
    order by model_id, key, timestamp, step
    on conflict do nothing`.execute(tx);
}

export async function writeTags(tx: Tx, runId: string, tags: readonly KeyValue[]): Promise<void> {
  // The last one wins, as when they come one after the other. A run cannot lose its name: an empty one is no change.
  const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()].filter(
    ({ key, value }) => key !== runNameTag || value !== '',
  );
  if (last.length === 0) return;
  await sql`
    insert into tags (run_id, key, value)
    select ${runId}::uuid, key, value from unnest(${keysOf(last)}::text[], ${last.map((t) => t.value)}::text[]) as t (key, value)
    order by key
    on conflict (run_id, key) do update set value = excluded.value`.execute(tx);
  const name = last.find(({ key }) => key === runNameTag)?.value;
  if (name) await tx.updateTable('runs').set({ name }).where('run_id', '=', runId).execute();
}

const keysOf = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key);
