import { startPostgres, type TestPostgres } from '../harness/postgres';
import { eventually } from '../harness/processes';
import { startBucketStub } from '../services/support/bucket-stub';
import { registryEnvironment } from '../services/support/environment';
import { bundleServices, type Service, startService } from '../services/support/service';
import { mutate, type Recorded, recorded as recordedOn } from './mutations';
import { measuredArgs, send, sendStorm, storm } from './storm';

let postgres: TestPostgres;
let bucket: Awaited<ReturnType<typeof startBucketStub>>;
let bundle: string;
let service: Service;
let recorded: readonly Recorded[];

beforeAll(async () => {
  bundle = bundleServices();
  [postgres, bucket] = await Promise.all([startPostgres(), startBucketStub()]);
  const env = registryEnvironment(await postgres.createDatabase('mutations'), bucket.url);
  service = await startService(bundle, 'registry', { ...env, LOG_LEVEL: 'error' }, measuredArgs);
  await eventually(async () => expect((await service.get('/readyz')).status).toBe(200), 60_000);
  const created = await service.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  recorded = recordedOn(created.json.run.info.run_id);
});
afterAll(async () => {
  await service?.stop('SIGKILL');
  bucket?.stop();
  await postgres?.stop();
});

test('the recorded requests are taken as they are', async () => {
  for (const one of recorded)
    expect([one.method, one.path, await send(service.url, one)]).toEqual([one.method, one.path, 200]);
});

test(`${storm.requests} mutated requests: no 5xx, no end of the process, no leak`, async () => {
  const { failed, counts, growth } = await sendStorm(service, (chance) => mutate(chance.pick(recorded), chance));
  expect(failed).toEqual([]);
  expect(counts.get(200)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(storm.requests / 4);
  expect(service.child.exitCode).toBeNull();
  expect(growth).toBeLessThan(storm.growth);
});
