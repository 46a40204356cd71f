import { sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import type { Db } from '../tables';
import { readInputs } from './inputs';
import { byRun, type RunRow, toInfo } from './rows';
import type { Metric, Run } from './store';

/** Adds to runs everything that a client sees of them: as many statements for a thousand runs as for one. */
export async function withData(db: Db, rows: readonly RunRow[]): Promise<Run[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.run_id);
  const among = sql<boolean>`run_id = any(${ids}::uuid[])`;
  const [metrics, params, tags, inputsOf] = await Promise.all([
    db.selectFrom('latest_metrics').selectAll().where(among).orderBy('key').execute(),
    db.selectFrom('params').selectAll().where(among).orderBy('key').execute(),
    db.selectFrom('tags').selectAll().where(among).orderBy('key').execute(),
    readInputs(db, ids),
  ]);
  const [metricsOf, paramsOf, tagsOf] = [byRun(metrics), byRun(params), byRun(tags)];
  return rows.map((row) => ({
    ...toInfo(row),
    metrics: metricsOf(row).map(toMetric),
    params: paramsOf(row).map(toKeyValue),
    tags: tagsOf(row).map(toKeyValue),
    inputs: inputsOf(row),
  }));
}

const toKeyValue = ({ key, value }: KeyValue): KeyValue => ({ key, value });

type Point = { key: string; value: number; timestamp: string | number; step: string | number };

export const toMetric = ({ key, value, timestamp, step }: Point): Metric => ({
  key,
  value,
  timestamp: Number(timestamp),
  step: Number(step),
});
