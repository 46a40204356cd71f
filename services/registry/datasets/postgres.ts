import { sql } from 'kysely';
import { experimentId } from '../experiments/id';
import { contextTag } from '../runs/search';
import type { Db } from '../tables';
import type { DatasetStore, DatasetSummary } from './store';

/** Most summaries of one answer (mlflow 3.17.2, _search_datasets of its SQL store). */
const most = 1000;

export class PostgresDatasets implements DatasetStore {
  constructor(private readonly db: Db) {}

  async search(experimentIds: readonly string[]): Promise<DatasetSummary[]> {
    const rows = await this.db
      .selectFrom('datasets')
      .innerJoin('run_datasets', 'run_datasets.dataset_id', 'datasets.dataset_id')
      .select(['experiment_id', 'name', 'digest', sql<string | null>`tags ->> ${contextTag}::text`.as('context')])
      .distinct()
      .where(sql<boolean>`experiment_id = any(${experimentIds.map(experimentId)}::bigint[])`)
      .orderBy('experiment_id')
      .orderBy('name')
      .orderBy('digest')
      .orderBy('context')
      .limit(most)
      .execute();
    return rows.map(({ experiment_id, name, digest, context }) => ({
      experimentId: experiment_id,
      name,
      digest,
      context: context ?? undefined,
    }));
  }
}
