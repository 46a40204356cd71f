import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { experimentId } from '../experiments/id';
import type { ExperimentStore } from '../experiments/store';
import { type KeyValue, stagesOf } from '../protocol/entities';
import { invalid } from '../protocol/errors';
import { type Page, type Paging, pageOf } from '../protocol/pages';
import type { Db, Tables } from '../tables';
import { writeBatch } from './batch';
import { noRun, runId, withoutDashes } from './id';
import { runNameTag } from './name';
import { conditionsOf, orderOf } from './search';
import type { Batch, Metric, NewRun, Run, RunChange, RunInfo, RunQuery, RunStore } from './store';

export class PostgresRuns implements RunStore {
  constructor(
    private readonly db: Db,
    private readonly experiments: Pick<ExperimentStore, 'get'>,
  ) {}

  async create(run: NewRun): Promise<Run> {
    const experiment = await this.experiments.get(run.experimentId);
    if (experiment.lifecycleStage !== 'active')
      throw invalid(
        `The experiment ${experiment.id} must be in the 'active' state. Current state is ${experiment.lifecycleStage}.`,
      );
    const id = withoutDashes(randomUUID());
    const row = {
      run_id: id,
      experiment_id: experiment.id,
      name: run.name,
      user_id: run.userId,
      status: 'RUNNING',
      start_time: run.startTime ?? null,
      end_time: null,
      lifecycle_stage: 'active' as const,
      artifact_uri: `${experiment.artifactLocation.replace(/\/$/, '')}/${id}/artifacts`,
    };
    await this.db.transaction().execute(async (tx) => {
      await tx.insertInto('runs').values(row).execute();
      await writeBatch(tx, id, { metrics: [], params: [], tags: run.tags });
    });
    return { ...toInfo(row), metrics: [], params: [], tags: run.tags };
  }

  async get(id: string): Promise<Run> {
    const [run] = await this.withData([await this.row(this.db, id)]);
    return run ?? raiseNoRun(id);
  }

  update(id: string, { status, endTime, name }: RunChange): Promise<RunInfo> {
    return this.db.transaction().execute(async (tx) => {
      await this.activeRow(tx, id);
      if (name) await writeBatch(tx, id, { metrics: [], params: [], tags: [{ key: runNameTag, value: name }] });
      const change = { ...(status !== undefined && { status }), ...(endTime !== undefined && { end_time: endTime }) };
      if (Object.keys(change).length > 0) await tx.updateTable('runs').set(change).where('run_id', '=', id).execute();
      return toInfo(await this.row(tx, id));
    });
  }

  logBatch(id: string, batch: Batch): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      await this.activeRow(tx, id);
      await writeBatch(tx, id, batch);
    });
  }

  async history(id: string, key: string, paging: Paging | undefined): Promise<Page<Metric>> {
    await this.row(this.db, id);
    const points = this.db.selectFrom('metrics').select(['key', 'value', 'timestamp', 'step']);
    const ordered = points
      .where('run_id', '=', id)
      .where('key', '=', key)
      .orderBy('timestamp')
      .orderBy('step')
      .orderBy('value');
    if (paging === undefined) return { items: (await ordered.execute()).map(toMetric) };
    const rows = await ordered
      .offset(paging.offset)
      .limit(paging.limit + 1)
      .execute();
    return pageOf(rows.map(toMetric), paging);
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
    const page = pageOf(
      await select
        .offset(query.offset)
        .limit(query.limit + 1)
        .execute(),
      query,
    );
    return { ...page, items: await this.withData(page.items) };
  }

  private async row(db: Kysely<Tables>, id: string): Promise<Row> {
    return (
      (await db.selectFrom('runs').selectAll().where('run_id', '=', runId(id)).executeTakeFirst()) ?? raiseNoRun(id)
    );
  }

  private async activeRow(db: Kysely<Tables>, id: string): Promise<void> {
    const { lifecycle_stage: stage } = await this.row(db, id);
    if (stage !== 'active') throw invalid(`The run ${id} must be in the 'active' state. Current state is ${stage}.`);
  }

  private async withData(rows: readonly Row[]): Promise<Run[]> {
    if (rows.length === 0) return [];
    const among = sql<boolean>`run_id = any(${rows.map((row) => row.run_id)}::uuid[])`;
    const [metrics, params, tags] = await Promise.all([
      this.db.selectFrom('latest_metrics').selectAll().where(among).orderBy('key').execute(),
      this.db.selectFrom('params').selectAll().where(among).orderBy('key').execute(),
      this.db.selectFrom('tags').selectAll().where(among).orderBy('key').execute(),
    ]);
    const [metricsOf, paramsOf, tagsOf] = [byRun(metrics), byRun(params), byRun(tags)];
    return rows.map((row) => ({
      ...toInfo(row),
      metrics: metricsOf(row).map(toMetric),
      params: paramsOf(row).map(toKeyValue),
      tags: tagsOf(row).map(toKeyValue),
    }));
  }
}

type Row = Selectable<Tables['runs']>;

function byRun<T extends { run_id: string }>(items: readonly T[]): (row: Row) => readonly T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.run_id);
    if (group) group.push(item);
    else groups.set(item.run_id, [item]);
  }
  return (row) => groups.get(row.run_id) ?? [];
}

const toKeyValue = ({ key, value }: KeyValue): KeyValue => ({ key, value });

const toMetric = (row: { key: string; value: number; timestamp: string | number; step: string | number }): Metric => ({
  key: row.key,
  value: row.value,
  timestamp: Number(row.timestamp),
  step: Number(row.step),
});

const toInfo = (row: Row): RunInfo => ({
  id: withoutDashes(row.run_id),
  name: row.name,
  experimentId: row.experiment_id,
  userId: row.user_id,
  status: row.status,
  ...(row.start_time !== null && { startTime: Number(row.start_time) }),
  ...(row.end_time !== null && { endTime: Number(row.end_time) }),
  artifactUri: row.artifact_uri,
  lifecycleStage: row.lifecycle_stage,
});

const raiseNoRun = (id: string): never => {
  throw noRun(id);
};
