import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { experimentId } from '../experiments/id';
import type { ExperimentStore } from '../experiments/store';
import { stagesOf } from '../protocol/entities';
import { notActive } from '../protocol/errors';
import { type Page, pageOf } from '../protocol/pages';
import type { Db, LifecycleStage } from '../tables';
import { writeTags } from './batch';
import { withData } from './data';
import { noRun, runId, withoutDashes } from './id';
import { runNameTag } from './name';
import { activeRun, type RunRow, toInfo } from './rows';
import { conditionsOf, orderOf } from './search';
import type { NewRun, Run, RunChange, RunInfo, RunQuery, RunStore } from './store';

export class PostgresRuns implements RunStore {
  constructor(
    private readonly db: Db,
    private readonly experiments: Pick<ExperimentStore, 'get'>,
  ) {}

  async create(run: NewRun): Promise<Run> {
    const experiment = await this.experiments.get(run.experimentId);
    if (experiment.lifecycleStage !== 'active') throw notActive('experiment', experiment.id, experiment.lifecycleStage);
    const id = withoutDashes(randomUUID());
    const row = {
      run_id: id,
      experiment_id: experiment.id,
      name: run.name,
      user_id: run.userId,
      status: 'RUNNING',
      start_time: run.startTime,
      end_time: null,
      lifecycle_stage: 'active' as const,
      artifact_uri: `${experiment.artifactLocation.replace(/\/$/, '')}/${id}/artifacts`,
    };
    await this.db.transaction().execute(async (tx) => {
      await tx.insertInto('runs').values(row).execute();
      await writeTags(tx, id, run.tags);
    });
    const inputs = { datasets: [], models: [], outputs: [] };
    return { ...toInfo(row), metrics: [], params: [], tags: run.tags, inputs };
  }

  async get(id: string): Promise<Run> {
    const [run] = await withData(this.db, [await this.row(this.db, id)]);
    if (run === undefined) throw noRun(id);
    return run;
  }

  update(id: string, { status, endTime, name }: RunChange): Promise<RunInfo> {
    return this.db.transaction().execute(async (tx) => {
      await activeRun(tx, id);
      if (name) await writeTags(tx, id, [{ key: runNameTag, value: name }]);
      const change = { ...(status !== undefined && { status }), ...(endTime !== undefined && { end_time: endTime }) };
      if (Object.keys(change).length > 0) await tx.updateTable('runs').set(change).where('run_id', '=', id).execute();
      return toInfo(await this.row(tx, id));
    });
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
    let select = this.db
      .selectFrom('runs')
      .selectAll()
      .where(sql<boolean>`experiment_id = any(${query.experimentIds.map(experimentId)}::bigint[])`)
      .where('lifecycle_stage', 'in', stagesOf(query.view));
    for (const condition of conditions) select = select.where(condition);
    for (const term of order) select = select.orderBy(term);
    const rows = await select
      .offset(query.offset)
      .limit(query.limit + 1)
      .execute();
    const page = pageOf(rows, query);
    return { ...page, items: await withData(this.db, page.items) };
  }

  private async row(db: Db, id: string): Promise<RunRow> {
    const row = await db.selectFrom('runs').selectAll().where('run_id', '=', runId(id)).executeTakeFirst();
    if (row === undefined) throw noRun(id);
    return row;
  }
}
