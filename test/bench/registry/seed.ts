import type { TestPostgres } from '../../harness/postgres';

export type Which = 'ours' | 'mlflow';
type Sql = (statement: string) => Promise<Record<string, unknown>[]>;

export const experiment = 'bench';
/** Of the metric `loss`: about one run in a hundred is below. */
export const threshold = 0.01;

/** Each run's own value, spread evenly over 0 to 1, the same on both sides: 7919 and the modulus are primes. */
const loss = '((i * 7919) % 1000003) / 1000003.0';
const runId = "md5('run ' || i)";
const tables = {
  ours: {
    id: `${runId}::uuid`,
    run: 'run_id',
    runs: (e: string) =>
      `insert into runs (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri)
       select ${runId}::uuid, ${e}, 'run ' || i, 'ada', 'FINISHED', i, i + 1, 'mlflow-artifacts:/${e}/' || ${runId} || '/artifacts'`,
    columns: 'key, value, timestamp, step',
    notNan: '',
  },
  mlflow: {
    id: runId,
    run: 'run_uuid',
    runs: (e: string) =>
      `insert into runs (run_uuid, experiment_id, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, source_type)
       select ${runId}, ${e}, 'run ' || i, 'ada', 'FINISHED', i, i + 1, 'active', 'mlflow-artifacts:/${e}/' || ${runId} || '/artifacts', 'UNKNOWN'`,
    columns: 'key, value, timestamp, step, is_nan',
    notNan: ', false',
  },
};

/** Runs of an experiment that exists, with two metrics, two params and a tag each. Rows come in the same order on both sides. */
export async function seed(which: Which, sql: Sql, experimentId: string, runs: number): Promise<void> {
  const { id, run, runs: insertRuns, columns, notNan } = tables[which];
  const from = `from generate_series(1, ${runs}) as i`;
  await sql(`${insertRuns(experimentId)} ${from}`);
  const points = `select ${id}, m.key, m.value, i, 0${notNan} ${from}, lateral (values ('acc', 1 - ${loss}), ('loss', ${loss})) as m (key, value)`;
  for (const table of ['metrics', 'latest_metrics']) await sql(`insert into ${table} (${run}, ${columns}) ${points}`);
  await sql(
    `insert into params (${run}, key, value) select ${id}, p.key, p.value ${from}, lateral (values ('depth', (i % 9)::text), ('model', 'tree')) as p (key, value)`,
  );
  await sql(`insert into tags (${run}, key, value) select ${id}, 'mlflow.runName', 'run ' || i ${from}`);
  await sql('vacuum analyze');
}

/** Bytes that so many further points of metrics take, with their indexes: runs of 10 metrics with 1000 steps each. */
export async function bytesOfPoints(which: Which, sql: Sql, points: number): Promise<number> {
  const { id, run, columns, notNan } = tables[which];
  const size = async () => Number((await sql("select pg_total_relation_size('metrics') as size"))[0]?.size);
  await sql('vacuum full metrics');
  const before = await size();
  await sql(
    `insert into metrics (${run}, ${columns}) select ${id}, 'metric-' || k, sin(s), 1700000000000 + s, s${notNan}
     from generate_series(1, ${Math.ceil(points / 10_000)}) as i, generate_series(1, 1000) as s, generate_series(0, 9) as k`,
  );
  await sql('vacuum metrics');
  return (await size()) - before;
}

export const on =
  (postgres: TestPostgres, database: string): Sql =>
  (statement) =>
    postgres.sql(statement, database);
