import { type Selectable, sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { notFound } from '../protocol/errors';
import { withoutDashes } from '../runs/id';
import type { Db, Tables } from '../tables';
import { type LoggedModel, type LoggedModelStatus, type ModelMetric, statuses } from './store';

export type ModelRow = Selectable<Tables['logged_models']>;

export const noModel = (id: string) => notFound(`Logged model with ID '${id}' not found.`);

/** Adds params, tags and metrics to models: three statements, however many models. */
export async function withData(db: Db, rows: readonly ModelRow[]): Promise<LoggedModel[]> {
  if (rows.length === 0) return [];
  const among = sql<boolean>`model_id = any(${rows.map((row) => row.model_id)}::text[])`;
  const [params, tags, metrics] = await Promise.all([
    db.selectFrom('logged_model_params').selectAll().where(among).orderBy('key').execute(),
    db.selectFrom('logged_model_tags').selectAll().where(among).orderBy('key').execute(),
    db
      .selectFrom('logged_model_metrics')
      .selectAll()
      .where(among)
      .orderBy('timestamp')
      .orderBy('step')
      .orderBy('key')
      .orderBy('run_id')
      .execute(),
  ]);
  const [paramsOf, tagsOf, metricsOf] = [byModel(params), byModel(tags), byModel(metrics)];
  return rows.map((row) => ({
    ...toInfo(row),
    params: paramsOf(row).map(toKeyValue),
    tags: tagsOf(row).map(toKeyValue),
    metrics: metricsOf(row).map(toModelMetric),
  }));
}

export const toInfo = (row: ModelRow) => ({
  id: row.model_id,
  experimentId: row.experiment_id,
  name: row.name,
  artifactUri: row.artifact_uri,
  status: statusOf(row.status),
  modelType: row.model_type,
  sourceRunId: row.source_run_id,
  creationTime: Number(row.creation_time),
  lastUpdatedTime: Number(row.last_updated_time),
});

const statusOf = (text: string): LoggedModelStatus => statuses.find((status) => status === text) ?? 'UNSPECIFIED';

const toKeyValue = ({ key, value }: KeyValue): KeyValue => ({ key, value });

const toModelMetric = (row: Selectable<Tables['logged_model_metrics']>): ModelMetric => ({
  key: row.key,
  value: row.value,
  timestamp: Number(row.timestamp),
  step: Number(row.step),
  runId: withoutDashes(row.run_id),
  datasetName: row.dataset_name ?? undefined,
  datasetDigest: row.dataset_digest ?? undefined,
});

function byModel<T extends { model_id: string }>(items: readonly T[]): (row: ModelRow) => readonly T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.model_id);
    if (group) group.push(item);
    else groups.set(item.model_id, [item]);
  }
  return (row) => groups.get(row.model_id) ?? [];
}
