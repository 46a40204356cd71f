import type { Load } from './load';
import { threshold } from './seed';

/** A unit of work that clients repeat. */
export interface Scenario {
  readonly name: string;
  /** Also measured against MLflow with TCP_NODELAY. */
  readonly nodelay?: true;
  readonly work: (load: Load) => Promise<unknown>;
}

const mlflow = '/api/2.0/mlflow';
const model = 'bench';
const alias = 'champion';

/** What the scenarios need beside the seeded runs. */
export async function prepare(load: Load): Promise<void> {
  await load.call('POST', `${mlflow}/registered-models/create`, { name: model });
  for (let version = 1; version <= 3; version++)
    await load.call('POST', `${mlflow}/model-versions/create`, { name: model, source: 's3://elsewhere/model' });
  await load.call('POST', `${mlflow}/registered-models/alias`, { name: model, alias, version: '2' });
}

const batch = {
  metrics: Array.from({ length: 10 }, (_, i) => ({
    key: `metric-${i}`,
    value: i / 7,
    timestamp: 1_700_000_000_000,
    step: 0,
  })),
  params: Array.from({ length: 10 }, (_, i) => ({ key: `param-${i}`, value: `value ${i}` })),
};

async function createAndLog(load: Load): Promise<void> {
  const created = await load.call('POST', `${mlflow}/runs/create`, {
    experiment_id: '0',
    start_time: 1_700_000_000_000,
  });
  const run_id = JSON.parse(created).run.info.run_id;
  await load.call('POST', `${mlflow}/runs/log-batch`, { run_id, ...batch });
}

const byAlias = (load: Load) => load.call('GET', `${mlflow}/registered-models/alias?name=${model}&alias=${alias}`);

/** The 20 best of those that the filter leaves. */
export const search = (load: Load, experimentId: string) =>
  load.call('POST', `${mlflow}/runs/search`, {
    experiment_ids: [experimentId],
    filter: `metrics.loss < ${threshold}`,
    order_by: ['metrics.loss ASC'],
    max_results: 20,
  });

export const scenarios = (experimentId: string): Scenario[] => [
  { name: 'create_run + log_batch (10 metrics, 10 params)', work: createAndLog },
  { name: 'version by alias', nodelay: true, work: byAlias },
  { name: 'search with a metric filter', work: (load) => search(load, experimentId) },
];
