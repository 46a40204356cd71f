import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { eventually, freePort } from '../harness/processes';
import { Gate } from '../services/support/gate';
import { Load, secondsToFirstAnswer } from '../services/support/load';
import { logVersion, plus, setAlias } from '../services/support/logged-models';
import { startRegistry, type TestRegistry } from '../services/support/registry';
import { bundleServices, type Service, startService } from '../services/support/service';

const patience = 60_000;
const swapMs = 60_000;
const moves = 5;
const share = 0.6;
/** A Service sends new connections to a pod for so long after its end has begun. */
const serviceMs = 2500;
const connections = 16;
const name = 'delay';

let registry: TestRegistry;
let gate: Gate;
let bundle: string;
let folder: string;
const running: Service[] = [];

beforeAll(async () => {
  bundle = bundleServices();
  folder = temporaryFolder('serving');
  registry = await startRegistry();
  gate = await Gate.to(Number(new URL(registry.url).port));
  await gate.open();
  for (const k of ['one', 'two'] as const) await logVersion(registry, name, plus(k));
  await setAlias(registry, name, 'champion', '1');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop('SIGKILL')));
});
afterAll(async () => {
  await gate?.shut();
  await registry?.stop();
});

/** A model server as its image has it, that watches the alias as it does by default; it is live, and ready some time later. */
async function launch(cache: string, env: Record<string, string> = {}): Promise<Service> {
  const service = await startService(bundle, 'model-server', {
    MODEL_URI: `models:/${name}@champion`,
    MLFLOW_TRACKING_URI: `http://127.0.0.1:${gate.port}`,
    CACHE_DIR: join(folder, cache),
    LISTEN_ON_8081: String(await freePort()),
    ...env,
  });
  running.push(service);
  return service;
}

async function startServer(cache: string, env: Record<string, string> = {}): Promise<Service> {
  const service = await launch(cache, env);
  await eventually(async () => expect((await service.get('/readyz')).body).toBe('{"status":"ready"}'), patience);
  return service;
}

const portOf = (service: Service) => Number(new URL(service.url).port);
const loadOn = (...services: Service[]) => new Load({ ports: services.map(portOf), model: name, connections });

test(`${moves} alias moves in 60 s under 60 % of the load that saturates: no request fails, each is answered by the version that it names`, async () => {
  const service = await startServer('swap');
  const load = loadOn(service);
  await load.saturate(2000);
  const saturation = await load.saturate(5000);
  const before = load.answered;
  const since = Date.now();
  const pacing = load.pace(saturation * share);
  const seconds: number[] = [];
  for (let move = 0; move < moves; move++) {
    await new Promise((resolve) => setTimeout(resolve, since + ((move + 0.5) * swapMs) / moves - Date.now()));
    const version = move % 2 === 0 ? '2' : '1';
    seconds.push(await secondsToFirstAnswer(load, version, () => setAlias(registry, name, 'champion', version)));
  }
  await new Promise((resolve) => setTimeout(resolve, since + swapMs - Date.now()));
  load.end();
  await pacing;
  load.close();
  const rate = (load.answered - before) / ((Date.now() - since) / 1000);
  console.log(
    `saturated at ${Math.round(saturation)}/s with ${connections} connections; then ${Math.round(rate)}/s ` +
      `(${Math.round((100 * rate) / saturation)} %), ${load.answered - before} answers in 60 s, ${load.problems.length} failed; ` +
      `seconds from an alias move to the first answer of its version, which should be under 5: ${seconds.map((s) => s.toFixed(2)).join(', ')}`,
  );
  expect(load.problems).toEqual([]);
  expect(Object.keys(load.byVersion)).toEqual(['1', '2']);
  await setAlias(registry, name, 'champion', '1');
});

test('SIGTERM under load: every request is answered, by this server or by the next', async () => {
  const [first, second] = [await startServer('term-1'), await startServer('term-2')];
  const load = loadOn(first, second);
  await load.saturate(1000);
  const saturation = await load.saturate(3000);
  const pacing = load.pace(saturation * share);
  const answeredBy = (count: number) => eventually(async () => expect(load.answered).toBeGreaterThan(count), patience);
  await answeredBy(load.answered + saturation);
  const ended = first.stop('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, serviceMs));
  load.leave(portOf(first));
  expect(await ended).toBe(0);
  await answeredBy(load.answered + saturation);
  load.end();
  await pacing;
  load.close();
  console.log(
    `saturated at ${Math.round(saturation)}/s on two servers; one was ended: ${load.answered} answers, ${load.problems.length} lost`,
  );
  expect(load.problems).toEqual([]);
});

test('SIGKILL with the registry down: the version that served serves again, from the disk', async () => {
  const infer = async (service: Service) => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }];
    const { json } = await service.post(`/v2/models/${name}/infer`, { inputs });
    return [json.model_version, json.outputs[0].data];
  };
  const service = await startServer('kill');
  expect(await infer(service)).toEqual(['1', [4]]);
  await gate.shut();
  await service.stop('SIGKILL');
  const since = Date.now();
  const again = await startServer('kill', { WATCH_SECONDS: '1' });
  console.log(`ready ${((Date.now() - since) / 1000).toFixed(1)} s after the start, without the registry`);
  expect(await infer(again)).toEqual(['1', [4]]);
  expect(again.output()).toContain('the version that served last serves from the disk');
  // Another one, without a cache, says what is missing.
  const empty = await launch('empty');
  await eventually(async () => {
    const { status, json } = await empty.get('/readyz');
    expect([status, json.problems[0]]).toEqual([
      503,
      expect.stringMatching(/^model: .* does not answer: ECONNREFUSED$/),
    ]);
  }, patience);

  await setAlias(registry, name, 'champion', '2');
  await gate.open();
  await eventually(async () => expect(await infer(again)).toEqual(['2', [5]]), patience);
  await setAlias(registry, name, 'champion', '1');
});
