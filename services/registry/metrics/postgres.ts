import { sql } from 'kysely';
import { type Page, pageOf } from '../protocol/pages';
import { isRunId, withoutDashes } from '../runs/id';
import type { Metric } from '../runs/store';
import type { Db, Tables } from '../tables';
import type { MetricHistory, MetricOfRun, SampleQuery } from './store';

export class PostgresMetricHistory implements MetricHistory {
  constructor(private readonly db: Db) {}

  async ofRun(
    runId: string,
    key: string,
    { offset, limit }: { offset: number; limit?: number | undefined },
  ): Promise<Page<Metric>> {
    if (!isRunId(runId)) return { items: [] };
    const select = this.db
      .selectFrom('metrics')
      .select(['key', 'value', 'timestamp', 'step'])
      .where('run_id', '=', runId)
      .where('key', '=', key)
      .orderBy('timestamp')
      .orderBy('step')
      .orderBy('value')
      .offset(offset);
    if (limit === undefined) return { items: (await select.execute()).map(toMetric) };
    return pageOf((await select.limit(limit + 1).execute()).map(toMetric), { offset, limit });
  }

  async ofRuns(runIds: readonly string[], key: string, limit: number): Promise<MetricOfRun[]> {
    const rows = await this.db
      .selectFrom('metrics')
      .selectAll()
      .where(sql<boolean>`run_id = any(${runIds.filter(isRunId)}::uuid[])`)
      .where('key', '=', key)
      .orderBy('run_id')
      .orderBy('timestamp')
      .orderBy('step')
      .orderBy('value')
      .limit(limit)
      .execute();
    return rows.map(toMetricOfRun);
  }

  async sample({ runIds, key, limit, steps }: SampleQuery): Promise<MetricOfRun[]> {
    const within = steps ? sql`and step between ${steps.from} and ${steps.to}` : sql``;
    // Each run's points fall into as many buckets as are wanted: of each the first one is taken, of the last one the last.
    const { rows } = await sql<Tables['metrics']>`
      with points as (
        select asked.place, m.*, ntile(${limit}) over by_step as bucket, lead(step) over by_step is null as is_last
        from unnest(${runIds.filter(isRunId)}::uuid[]) with ordinality as asked (run_id, place)
        join metrics m on m.run_id = asked.run_id and m.key = ${key} ${within}
        window by_step as (partition by asked.place order by step, timestamp, value)),
      ranked as (
        select points.*, row_number() over (partition by place, bucket order by step, timestamp, value) as nth from points)
      select run_id, key, value, timestamp, step from ranked
      where is_last or (nth = 1 and bucket < ${limit})
      order by place, step, timestamp, value`.execute(this.db);
    return rows.map(toMetricOfRun);
  }
}

const toMetricOfRun = (row: Tables['metrics']): MetricOfRun => ({
  ...toMetric(row),
  runId: withoutDashes(row.run_id),
});

const toMetric = ({ key, value, timestamp, step }: Omit<Tables['metrics'], 'run_id'>): Metric => ({
  key,
  value,
  timestamp: Number(timestamp),
  step: Number(step),
});
