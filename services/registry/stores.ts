import { PostgresExperiments } from './experiments/postgres';
import type { ExperimentStore } from './experiments/store';
import { postgresModelRegistry } from './models/postgres';
import type { ModelRegistry } from './models/store';
import { PostgresRuns } from './runs/postgres';
import type { RunStore } from './runs/store';
import type { Db } from './tables';

/** What the registry keeps, by area. */
export interface Stores {
  readonly experiments: ExperimentStore;
  readonly runs: RunStore;
  readonly modelRegistry: ModelRegistry;
}

export function postgresStores(db: Db): Stores {
  const experiments = new PostgresExperiments(db);
  return { experiments, runs: new PostgresRuns(db, experiments), modelRegistry: postgresModelRegistry(db) };
}
