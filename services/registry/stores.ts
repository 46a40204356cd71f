import { PostgresTokens } from './auth/postgres';
import type { TokenStore } from './auth/store';
import { PostgresDatasets } from './datasets/postgres';
import type { DatasetStore } from './datasets/store';
import { PostgresExperiments } from './experiments/postgres';
import type { ExperimentStore } from './experiments/store';
import { PostgresLineage } from './lineage/postgres';
import type { LineageStore } from './lineage/store';
import { PostgresLoggedModels } from './logged-models/postgres';
import type { LoggedModelStore } from './logged-models/store';
import { PostgresMetricHistory } from './metrics/postgres';
import type { MetricHistory } from './metrics/store';
import { postgresModelRegistry } from './models/postgres';
import type { ModelRegistry } from './models/store';
import { PostgresRuns } from './runs/postgres';
import { PostgresRunLog } from './runs/postgres-log';
import type { RunLog, RunStore } from './runs/store';
import type { Db } from './tables';
import { PostgresWebhooks } from './webhooks/postgres';
import { PostgresDeliveries } from './webhooks/postgres-queue';
import type { DeliveryQueue, WebhookStore } from './webhooks/store';

/** What the registry keeps, by area. */
export interface Stores {
  readonly experiments: ExperimentStore;
  readonly runs: RunStore;
  readonly runLog: RunLog;
  readonly metrics: MetricHistory;
  readonly datasets: DatasetStore;
  readonly loggedModels: LoggedModelStore;
  readonly modelRegistry: ModelRegistry;
  readonly lineage: LineageStore;
  readonly tokens: TokenStore;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryQueue;
}

/**
 * Settings of the connections. Disks without moving parts read a page from anywhere about as fast as the next one; by default Postgres takes
 * it for four times as slow, and then reads all runs where an index has the few that are asked for.
 */
export const databaseSettings = { statement_timeout: 30_000, options: '-c random_page_cost=1.1' };

export function postgresStores(db: Db): Stores {
  return {
    experiments: new PostgresExperiments(db),
    runs: new PostgresRuns(db),
    runLog: new PostgresRunLog(db),
    metrics: new PostgresMetricHistory(db),
    datasets: new PostgresDatasets(db),
    loggedModels: new PostgresLoggedModels(db),
    modelRegistry: postgresModelRegistry(db),
    lineage: new PostgresLineage(db),
    tokens: new PostgresTokens(db),
    webhooks: new PostgresWebhooks(db),
    deliveries: new PostgresDeliveries(db),
  };
}
