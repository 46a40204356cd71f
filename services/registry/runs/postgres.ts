import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { experimentId, noExperiment } from '../experiments/id';
import { stagesOf } from '../protocol/entities';
import { notActive } from '../protocol/errors';
import { type Page, searchPage } from '../protocol/pages';
import type { Db, LifecycleStage } from '../tables';
import { withData } from './data';
import { noRun, runId, withoutDashes } from './id';
import { runNameTag } from './name';
import { activeRun, type RunRow, toInfo } from './rows';
import { conditionsOf, orderOf } from './search';
import type { NewRun, Run, RunChange, RunInfo, RunQuery, RunStore } from './store';

export class PostgresRuns implements RunStore {
  constructor(private readonly db: Db) {}

  async create(run: NewRun): Promise<Run> {
    const id = withoutDashes(randomUUID());
    const parent = experimentId(run.experimentId);
    // One statement instead of a transaction of six: creating runs is what clients do most.
    const { rows } = await sql<RunRow & { stage: LifecycleStage }>`
      with experiment as (
        select experiment_id, lifecycle_stage, artifact_location from experiments where experiment_id = ${parent}),
      run as (
        insert into runs (run_id, experiment_id, name, user_id, status, start_time, artifact_uri)
        select ${id}::uuid, experiment_id, ${run.name}, ${run.userId}, 'RUNNING', ${run.startTime}::bigint,
          regexp_replace(artifact_location, '/$', '') || ${`/${id}/artifacts`}
        from experiment where lifecycle_stage = 'active' returning *),
      tagged as (
        insert into tags (run_id, key, value)
        select run_id, t.key, t.value from run,
          unnest(${run.tags.map((t) => t.key)}::text[], ${run.tags.map((t) => t.value)}::text[]) as t (key, value))
      select experiment.lifecycle_stage as stage, run.* from experiment left join run on true`.execute(this.db);
    const [row] = rows;
    if (row === undefined) throw noExperiment(parent);
    if (row.stage !== 'active') throw notActive('experiment', parent, row.stage);
    const inputs = { datasets: [], models: [], outputs: [] };
    return { ...toInfo(row), metrics: [], params: [], tags: run.tags, inputs };
  }

  async get(id: string): Promise<Run> {
    const [run] = await withData(this.db, [await this.row(this.db, id)]);
    if (run === undefined) throw noRun(id);
    return run;
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
    const conditions = conditionsOf(query.filter);
    const order = orderOf(query.orderBy);
    if (query.experimentIds.length === 0) return { items: [] };
    const select = this.db
      .selectFrom('runs')
      .selectAll()
      .where(sql<boolean>`experiment_id = any(${query.experimentIds.map(experimentId)}::bigint[])`)
      .where('lifecycle_stage', 'in', stagesOf(query.view));
    const page = await searchPage(select, { conditions, order }, query);
    return { ...page, items: await withData(this.db, page.items) };
  }

  private async row(db: Db, id: string): Promise<RunRow> {
    const row = await db.selectFrom('runs').selectAll().where('run_id', '=', runId(id)).executeTakeFirst();
    if (row === undefined) throw noRun(id);
    return row;
  }
}
