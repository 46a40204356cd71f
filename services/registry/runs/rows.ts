import { type Kysely, type Selectable, sql } from 'kysely';
import { notActive } from '../protocol/errors';
import type { Tables } from '../tables';
import { noRun, runId, withoutDashes } from './id';
import type { RunInfo } from './store';

export type RunRow = Selectable<Tables['runs']>;

/** By name, for statements that are prepared. */
export const runColumns = sql.raw(
  'run_id, experiment_id, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri',
);

export const toInfo = (row: RunRow): RunInfo => ({
  id: withoutDashes(row.run_id),
  name: row.name,
  experimentId: row.experiment_id,
  userId: row.user_id,
  status: row.status,
  startTime: Number(row.start_time),
  ...(row.end_time !== null && { endTime: Number(row.end_time) }),
  artifactUri: row.artifact_uri,
  lifecycleStage: row.lifecycle_stage,
});

/** Refuses a run that is not there or is deleted; gives its experiment. */
export async function activeRun(db: Kysely<Tables>, id: string): Promise<{ experimentId: string }> {
  const row = await db
    .selectFrom('runs')
    .select(['lifecycle_stage', 'experiment_id'])
    .where('run_id', '=', runId(id))
    .executeTakeFirst();
  if (row === undefined) throw noRun(id);
  if (row.lifecycle_stage !== 'active') throw notActive('run', id, row.lifecycle_stage);
  return { experimentId: row.experiment_id };
}
