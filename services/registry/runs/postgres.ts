import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { runPrepared } from '../../kit/prepared';
import { experimentId, noExperiment } from '../experiments/id';
import { stagesOf } from '../protocol/entities';
import { notActive } from '../protocol/errors';
import { type Page, pageOf } from '../protocol/pages';
import type { Db, LifecycleStage } from '../tables';
import { type Data, dataColumns, toRun } from './data';
import { noRun, runId, withoutDashes } from './id';
import { runNameTag } from './name';
import { activeRun, type RunRow, runColumns, toInfo } from './rows';
import { searchOf } from './search';
import type { NewRun, Run, RunChange, RunInfo, RunQuery, RunStore } from './store';

export class PostgresRuns implements RunStore {
  constructor(private readonly db: Db) {}

  async create(run: NewRun): Promise<Run> {
    const id = withoutDashes(randomUUID());
    const parent = experimentId(run.experimentId);
    // One statement instead of a transaction of six: creating runs is what clients do most.
    const created = sql<RunRow & { stage: LifecycleStage }>`
      with experiment as (
        select experiment_id as parent, lifecycle_stage as stage, artifact_location from experiments where experiment_id = ${parent}),
      run as (
        insert into runs (run_id, experiment_id, name, user_id, status, start_time, artifact_uri)
        select ${id}::uuid, parent, ${run.name}, ${run.userId}, 'RUNNING', ${run.startTime}::bigint,
          regexp_replace(artifact_location, '/$', '') || ${`/${id}/artifacts`}
        from experiment where stage = 'active' returning ${runColumns}),
      tagged as (
        insert into tags (run_id, key, value)
        select run_id, t.key, t.value from run,
          unnest(${run.tags.map((t) => t.key)}::text[], ${run.tags.map((t) => t.value)}::text[]) as t (key, value))
      select stage, ${runColumns} from experiment left join run on true`;
    const [row] = await runPrepared(created, this.db);
    if (row === undefined) throw noExperiment(parent);
    if (row.stage !== 'active') throw notActive('experiment', parent, row.stage);
    const inputs = { datasets: [], models: [], outputs: [] };
    return { ...toInfo(row), metrics: [], params: [], tags: run.tags, inputs };
  }

  async get(id: string): Promise<Run> {
    const [row] = await runPrepared(
      sql<RunRow & Data>`select ${runColumns}, ${dataColumns} from runs where run_id = ${runId(id)}`,
      this.db,
    );
    if (row === undefined) throw noRun(id);
    return toRun(row);
  }

  async update(id: string, { status, endTime, name }: RunChange): Promise<RunInfo> {
    const { rows } = await sql<RunRow>`
      with changed as (
        update runs set status = coalesce(${status ?? null}, status), name = coalesce(${name || null}, name),
          end_time = coalesce(${endTime ?? null}::bigint, end_time)
        where run_id = ${runId(id)} and lifecycle_stage = 'active' returning *),
      tagged as (
        insert into tags (run_id, key, value) select run_id, ${runNameTag}, name from changed where ${Boolean(name)}
        on conflict (run_id, key) do update set value = excluded.value)
      select * from changed`.execute(this.db);
    const [row] = rows;
    if (row !== undefined) return toInfo(row);
    await activeRun(this.db, id);
    throw noRun(id);
  }

  async moveTo(stage: LifecycleStage, id: string): Promise<void> {
    const changed = this.db.updateTable('runs').set({ lifecycle_stage: stage }).where('run_id', '=', runId(id));
    const [row] = await changed.returning('run_id').execute();
    if (row === undefined) throw noRun(id);
  }

  async search(query: RunQuery): Promise<Page<Run>> {
    const { joins, conditions, order } = searchOf(query.filter, query.orderBy);
    const experiments = query.experimentIds.map(experimentId);
    if (experiments.length === 0) return { items: [] };
    // Of one experiment the index has the runs in order, the newest first; of a list of them it has not.
    const inExperiments =
      experiments.length === 1
        ? sql`runs.experiment_id = ${experiments[0]}::bigint`
        : sql`runs.experiment_id = any(${experiments}::bigint[])`;
    const inStages = sql`runs.lifecycle_stage = any(${stagesOf(query.view)}::text[])`;
    const { rows } = await sql<RunRow & Data>`
      select runs.*, ${dataColumns} from (
        select runs.*, row_number() over () as number from (
          select runs.* from runs ${sql.join(joins, sql` `)}
          where ${sql.join([inExperiments, inStages, ...conditions], sql` and `)}
          order by ${sql.join(order)} offset ${query.offset} limit ${query.limit + 1}) as runs) as runs
      order by number`.execute(this.db);
    const page = pageOf(rows, query);
    return { ...page, items: page.items.map(toRun) };
  }
}
