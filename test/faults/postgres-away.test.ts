import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres, type TestPostgres } from '../harness/postgres';
import { eventually } from '../harness/processes';
import { startBucketStub } from '../services/support/bucket-stub';
import { registryEnvironment } from '../services/support/environment';
import { bundleServices, type Service, startService } from '../services/support/service';

const awayMs = 30_000;
const patience = 60_000;
const mlflow = '/api/2.0/mlflow';

let postgres: TestPostgres;
let bucket: Awaited<ReturnType<typeof startBucketStub>>;
let bundle: string;
let service: Service;

beforeAll(async () => {
  bundle = bundleServices();
  [postgres, bucket] = await Promise.all([startPostgres(), startBucketStub()]);
  const env = registryEnvironment(await postgres.createDatabase('away'), bucket.url);
  service = await startService(bundle, 'registry', env);
  await becomesReady();
});
afterAll(async () => {
  await service?.stop('SIGKILL');
  bucket?.stop();
  await postgres?.stop();
});

const becomesReady = () => eventually(async () => expect((await service.get('/readyz')).status).toBe(200), patience);
const create = (name: string) => service.post(`${mlflow}/experiments/create`, { name });

test.each(['stop', 'kill'] as const)(
  'Postgres away for 30 s (%s): live, not ready, 503 with Retry-After; it recovers by itself',
  async (end) => {
    const kept = `before ${end}`;
    expect((await create(kept)).status).toBe(200);
    const { pid } = service.child;

    await postgres.order(end);
    await eventually(async () => expect((await service.get('/readyz')).status).toBe(503), patience);
    const since = Date.now();
    const seen = new Set<string>();
    let asked = 0;
    for (; Date.now() - since < awayMs; asked++) {
      const [live, ready, written, read] = await Promise.all([
        service.get('/livez'),
        service.get('/readyz'),
        create(`while away, ${end} ${asked}`),
        service.get(`${mlflow}/experiments/get-by-name?experiment_name=${encodeURIComponent(kept)}`),
      ]);
      const retry = [written, read].map(({ status, headers }) => `${status} after ${headers.get('retry-after')} s`);
      seen.add([live.status, ready.status, ...retry].join(', '));
      await sleep(200);
    }
    await postgres.order('start');
    await becomesReady();

    console.log(`${asked} times asked while Postgres was away`);
    expect([...seen]).toEqual(['200, 503, 503 after 5 s, 503 after 5 s']);
    const names = (await postgres.sql('select name from experiments order by name', 'away')).map(({ name }) => name);
    expect(names.filter((name) => String(name).startsWith('while away'))).toEqual([]);
    expect(names).toContain(kept);
    expect((await create(`after ${end}`)).status).toBe(200);
    expect([service.child.pid, service.child.exitCode]).toEqual([pid, null]);
  },
);
