import { Registry } from 'prom-client';
import type { LoadedModel, ModelRepository } from '../../services/model-server/models/repository';
import { ModelInference } from '../../services/model-server/serving/inference';
import { ModelQueue } from '../../services/model-server/serving/queue';

const spec = [{ name: 'x', datatype: 'FP32' as const, shape: [1] }];
const tensor = { name: 'x', datatype: 'FP32' as const, shape: [1], data: Float32Array.of(1) };

/** A version whose runs wait until they are let go. */
function heldVersion(version = '1') {
  let held: (() => void)[] = [];
  const run = () => new Promise<[]>((resolve) => held.push(() => resolve([])));
  const model: LoadedModel = {
    ...{ name: 'm', version, platform: 'p' },
    session: { inputs: spec, outputs: [], run, close: async () => {} },
  };
  const go = () => {
    const now = held;
    held = [];
    for (const resolve of now) resolve();
  };
  return { model, go };
}

const props = { size: 16, batchRows: 2, windowMs: 0, timeoutMs: 30_000 };
const sleep = (ms: number) => new Promise((later) => setTimeout(later, ms));

test('a request that may wait for a month does not keep the process busy meanwhile', async () => {
  const { model, go } = heldVersion();
  const queue = new ModelQueue(model, props);
  const work = { inputs: [tensor], outputs: [] };
  const begin = process.cpuUsage();
  const timers = jest.spyOn(globalThis, 'setTimeout');
  const caller = { deadline: performance.now() + 31 * 24 * 3600 * 1000 };
  const answers = [queue.run(work, caller), queue.run(work, caller)];
  await sleep(200);
  const set = timers.mock.calls.length;
  timers.mockRestore();
  const letGo = setInterval(go, 1);
  await Promise.all(answers);
  clearInterval(letGo);
  expect(set).toBeLessThan(5);
  expect(process.cpuUsage(begin).user).toBeLessThan(150_000);
});

describe('of versions that come and go', () => {
  const [register, loaded] = [new Registry(), new Map<string, LoadedModel>()];
  const repository = {
    acquire: (_: string, version?: string) => ({ model: loaded.get(version ?? '') as LoadedModel, release: () => {} }),
    index: () => [...loaded.values()].map(({ name, version }) => ({ name, version, state: 'READY', reason: '' })),
  } as Partial<ModelRepository> as ModelRepository;
  const inference = new ModelInference({ ...props, repository, register });
  const ask = async (version: string) => {
    const { model, go } = heldVersion(version);
    loaded.set(version, model);
    const letGo = setInterval(go, 1);
    await inference.infer('m', version, { inputs: [tensor] });
    clearInterval(letGo);
  };

  test('one that is loaded again leaves nothing of the former behind, and keeps its figures', async () => {
    for (let load = 0; load < 10; load++) await ask('1');
    await ask('2');
    const kept = (inference as unknown as { served: Map<LoadedModel, unknown> }).served;
    expect([...kept.keys()].map(({ version }) => version)).toEqual(['1', '2']);
    expect(await register.metrics()).toContain('model_inference_duration_seconds_count{model="m",version="1"} 10');
    loaded.delete('1');
    await ask('3');
    expect(await register.metrics()).not.toContain('version="1"');
  });
});
