import { request } from 'node:http';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from '../harness/postgres';
import { eventually } from '../harness/processes';
import { startBucketStub } from '../services/support/bucket-stub';
import { registryEnvironment } from '../services/support/environment';
import { bundleServices, type Service, startService } from '../services/support/service';
import { mutate, type Recorded, random, recorded as recordedOn } from './mutations';

const requests = 10_000;
const atOnce = 16;
/** Growth of memory after as many requests as before, with garbage collected, in MiB. */
const bound = 32;

let postgres: TestPostgres;
let bucket: Awaited<ReturnType<typeof startBucketStub>>;
let bundle: string;
let service: Service;
let recorded: readonly Recorded[];

beforeAll(async () => {
  bundle = bundleServices();
  [postgres, bucket] = await Promise.all([startPostgres(), startBucketStub()]);
  const env = registryEnvironment(await postgres.createDatabase('mutations'), bucket.url);
  const memory = ['--expose-gc', '--require', join(__dirname, 'memory-on-signal.cjs')];
  service = await startService(bundle, 'registry', { ...env, LOG_LEVEL: 'error' }, memory);
  await eventually(async () => expect((await service.get('/readyz')).status).toBe(200), 60_000);
  const created = await service.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  recorded = recordedOn(created.json.run.info.run_id);
});
afterAll(async () => {
  await service?.stop('SIGKILL');
  bucket?.stop();
  await postgres?.stop();
});

/** Bytes as they are: fetch would mend half of what is broken. 0: the server closed the connection without an answer. */
function send({ method, path, headers, body }: Recorded): Promise<number> {
  return new Promise((resolve) => {
    // A connection of its own: a request that is refused takes its connection along.
    const length = { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, timeout: 60_000, agent: false } as const;
    const outgoing = request(service.url + path, options, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', () => resolve(0)).once('timeout', () => outgoing.destroy());
    outgoing.end(body);
  });
}

/** Resident memory of the service in MiB, without garbage. */
async function memory(): Promise<number> {
  const seen = service.output().split('memory ').length;
  service.child.kill('SIGUSR2');
  await eventually(async () => expect(service.output().split('memory ').length).toBeGreaterThan(seen), 60_000);
  return Number(service.output().split('memory ').at(-1)?.split('\n')[0]);
}

async function sendMutated(from: number, count: number): Promise<Map<number, Recorded[]>> {
  const byStatus = new Map<number, Recorded[]>();
  let next = from;
  const sender = async () => {
    while (next < from + count) {
      const chance = random(next++);
      const mutated = mutate(chance.pick(recorded), chance);
      const status = await send(mutated);
      byStatus.set(status, [...(byStatus.get(status) ?? []).slice(-4), mutated]);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return byStatus;
}
const counts = new Map<number, number>();

test('the recorded requests are taken as they are', async () => {
  for (const one of recorded) expect([one.method, one.path, await send(one)]).toEqual([one.method, one.path, 200]);
});

test(`${requests} mutated requests: no 5xx, no end of the process, no leak`, async () => {
  const first = await sendMutated(0, requests / 2);
  const before = await memory();
  const second = await sendMutated(requests / 2, requests / 2);
  const after = await memory();
  console.log(`memory ${before} and ${after} MiB; answers ${JSON.stringify(Object.fromEntries(counts))}`);
  const failed = [...first, ...second].filter(([status]) => status >= 500 || status === 0);
  expect(failed).toEqual([]);
  expect(counts.get(200)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(requests / 4);
  expect(service.child.exitCode).toBeNull();
  expect(after - before).toBeLessThan(bound);
});
