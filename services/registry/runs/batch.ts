import { sql, type Transaction } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { invalid } from '../protocol/errors';
import type { Tables } from '../tables';
import { runNameTag } from './name';
import type { Batch, Metric } from './store';

type Tx = Transaction<Tables>;

/** Writes a batch within a transaction. Rows go in order of their keys, so that concurrent batches of a run cannot deadlock. */
export async function writeBatch(tx: Tx, runId: string, { metrics, params, tags }: Batch): Promise<void> {
  if (params.length > 0) await writeParams(tx, runId, params);
  if (metrics.length > 0) await writeMetrics(tx, runId, metrics);
  if (tags.length > 0) await writeTags(tx, runId, tags);
}

async function writeParams(tx: Tx, runId: string, params: readonly KeyValue[]): Promise<void> {
  await sql`
    insert into params (run_id, key, value)
    select ${runId}::uuid, key, value from unnest(${keysOf(params)}::text[], ${params.map((p) => p.value)}::text[]) as p (key, value)
    order by key
    on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ key: string; old_value: string; new_value: string }>`
    select key, params.value as old_value, p.value as new_value
    from params join unnest(${keysOf(params)}::text[], ${params.map((p) => p.value)}::text[]) as p (key, value) using (key)
    where run_id = ${runId} and params.value <> p.value order by key`.execute(tx);
  if (rows.length === 0) return;
  const changed = rows.map((r) => `{'key': '${r.key}', 'old_value': '${r.old_value}', 'new_value': '${r.new_value}'}`);
  throw invalid(
    `Changing param values is not allowed. Params were already logged='[${changed.join(', ')}]' for run ID='${runId}'.`,
  );
}

async function writeMetrics(tx: Tx, runId: string, metrics: readonly Metric[]): Promise<void> {
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
}

async function writeTags(tx: Tx, runId: string, tags: readonly KeyValue[]): Promise<void> {
  // The last one wins, as when they come one after the other.
  const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()];
  await sql`
    insert into tags (run_id, key, value)
    select ${runId}::uuid, key, value from unnest(${keysOf(last)}::text[], ${last.map((t) => t.value)}::text[]) as t (key, value)
    order by key
    on conflict (run_id, key) do update set value = excluded.value`.execute(tx);
  const name = last.find(({ key }) => key === runNameTag)?.value;
  if (name) await tx.updateTable('runs').set({ name }).where('run_id', '=', runId).execute();
}

const keysOf = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key);
