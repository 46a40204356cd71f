import { PostgresExperiments } from './experiments/postgres';
import type { ExperimentStore } from './experiments/store';
import { PostgresRuns } from './runs/postgres';
import type { RunStore } from './runs/store';
import type { Db } from './tables';

/** What the registry keeps, by area. */
export interface Stores {
  readonly experiments: ExperimentStore;
  readonly runs: RunStore;
}

export function postgresStores(db: Db): Stores {
  const experiments = new PostgresExperiments(db);
  return { experiments, runs: new PostgresRuns(db, experiments) };
}
