import { startPostgres, type TestPostgres } from '../harness/postgres';
import { eventually } from '../harness/processes';
import { startBucketStub } from '../services/support/bucket-stub';
import { registryEnvironment } from '../services/support/environment';
import { bundleServices, type Service, startService } from '../services/support/service';

const writes = 10_000;
/** Each kill comes after so many acknowledged batches. */
const between = 1500;
const writers = 8;
const perBatch = 5;
const patience = 60_000;

let postgres: TestPostgres;
let bucket: Awaited<ReturnType<typeof startBucketStub>>;
let bundle: string;
let service: Service;
let env: Record<string, string>;

beforeAll(async () => {
  bundle = bundleServices();
  [postgres, bucket] = await Promise.all([startPostgres(), startBucketStub()]);
  env = registryEnvironment(await postgres.createDatabase('kill'), bucket.url);
  await startRegistry();
});
afterAll(async () => {
  await service?.stop('SIGKILL');
  bucket?.stop();
  await postgres?.stop();
});

async function startRegistry(): Promise<void> {
  service = await startService(bundle, 'registry', env);
  await eventually(async () => expect((await service.get('/readyz')).status).toBe(200), patience);
}

const mlflow = '/api/2.0/mlflow';

test(`${writes} batches, while the registry and Postgres are killed: what was acknowledged is there, each whole or absent`, async () => {
  const { json } = await service.post(`${mlflow}/runs/create`, { experiment_id: '0' });
  const run_id: string = json.run.info.run_id;
  const acknowledged: number[] = [];
  let next = 0;
  let ended = false;
  const batchOf = (n: number) => ({
    run_id,
    metrics: Array.from({ length: perBatch }, (_, i) => ({ key: `m${i}`, value: n, timestamp: n, step: n })),
    params: [{ key: `p${n}`, value: String(n) }],
    tags: [{ key: `t${n}`, value: String(n) }],
  });
  const write = async () => {
    while (!ended && acknowledged.length < writes) {
      const n = next++;
      const status = await service.post(`${mlflow}/runs/log-batch`, batchOf(n)).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) acknowledged.push(n);
      // Killed, or away: what the client would wait for before it tries again.
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const under = Array.from({ length: writers }, write);
  let kills = 0;
  try {
    for (; (kills + 1) * between < writes; kills++) {
      await eventually(async () => expect(acknowledged.length).toBeGreaterThan((kills + 1) * between), 4 * patience);
      if (kills % 2 === 0) {
        await service.stop('SIGKILL');
        await startRegistry();
      } else {
        await postgres.order('kill');
        await postgres.order('start');
      }
    }
    await Promise.all(under);
  } finally {
    ended = true;
    await Promise.all(under);
  }

  const rows = await postgres.sql(
    `select n, count(*) filter (where what = 'm')::int as metrics, count(*) filter (where what = 'p')::int as params,
       count(*) filter (where what = 't')::int as tags
     from (select step as n, 'm' as what from metrics union all select substr(key, 2)::bigint, 'p' from params
       union all select substr(key, 2)::bigint, 't' from tags where key ~ '^t[0-9]+$') as written group by n`,
    'kill',
  );
  const kept = new Set(rows.map(({ n }) => Number(n)));
  const torn = rows.filter((row) => row.metrics !== perBatch || row.params !== 1 || row.tags !== 1);
  const lost = acknowledged.filter((n) => !kept.has(n));
  console.log(`${kills} kills, ${acknowledged.length} acknowledged, ${kept.size} kept, ${next} sent`);
  expect({ torn, lost, kills, enough: acknowledged.length >= writes }).toEqual({
    torn: [],
    lost: [],
    kills: 6,
    enough: true,
  });
});
