import { Registry } from 'prom-client';
import type { Engine, Session } from '../../../services/model-server/engine/engine';
import { OnnxEngine } from '../../../services/model-server/engine/onnx';
import { LoadMetrics } from '../../../services/model-server/models/load-metrics';
import {
  RegistryRepository,
  type RegistryRepositoryProps,
} from '../../../services/model-server/models/registry-repository';
import type { Tensor } from '../../../services/model-server/protocol/tensor';
import { temporaryFolder } from '../../harness/folder';
import { eventually } from '../../harness/processes';
import { type HttpProxy, startHttpProxy } from './http-proxy';
import { readableLog } from './log-lines';
import { type Files, logVersion, setAlias } from './logged-models';
import { startRegistry, type TestRegistry } from './registry';

export const api = '/api/2.0/mlflow';
export const patience = 20_000;

export let registry: TestRegistry;
/** On the way of all repositories to the registry. */
export let proxy: HttpProxy;
export let cacheFolder: string;
const opened: RegistryRepository[] = [];

/** One registry for a test file, and for each test a cache of its own. */
export function useRegistry(): void {
  beforeAll(async () => {
    registry = await startRegistry();
    proxy = await startHttpProxy(registry.url);
  });
  beforeEach(() => {
    cacheFolder = temporaryFolder('models');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((repository) => repository.close()));
    proxy.intercept = () => false;
    proxy.tamper = (_, chunk) => chunk;
  });
  afterAll(async () => {
    await proxy?.stop();
    await registry?.stop();
  });
}

/** onnxruntime, and which files are in its memory. */
class CountingEngine implements Engine {
  readonly platform = 'onnxruntime_onnx';
  readonly open = new Set<Session>();
  loads = 0;
  private readonly engine = new OnnxEngine({ threads: 1 });

  async load(file: string): Promise<Session> {
    this.loads++;
    const session = await this.engine.load(file);
    const counted: Session = {
      inputs: session.inputs,
      outputs: session.outputs,
      run: (inputs, outputs) => {
        if (!this.open.has(counted)) throw new Error('it was used after its memory had been given back');
        return session.run(inputs, outputs);
      },
      close: async () => {
        if (!this.open.delete(counted)) throw new Error('its memory is given back twice');
        await session.close();
      },
    };
    this.open.add(counted);
    return counted;
  }
}

export async function open(uri: string, more: Partial<RegistryRepositoryProps> = {}) {
  const { log, lines } = readableLog();
  const engine = new CountingEngine();
  const register = new Registry();
  const repository = await RegistryRepository.open({
    uri,
    registry: { trackingUri: proxy.url, answerMs: 2000, stallMs: 2000, ...more.registry },
    engine,
    cacheFolder,
    maxModelMib: 1,
    watchSeconds: 0.02,
    log,
    metrics: new LoadMetrics(register),
    ...more,
    ...(more.registry && { registry: { answerMs: 2000, stallMs: 2000, ...more.registry } }),
  });
  opened.push(repository);
  return { repository, engine, lines, metrics: () => register.metrics() };
}

export const ready = (repository: RegistryRepository) => eventually(() => repository.check(), patience);
export const serves = (repository: RegistryRepository, version: string) =>
  eventually(async () => expect(servingVersion(repository)).toBe(version), patience);
export const servingVersion = (repository: RegistryRepository) =>
  repository.index().find(({ state }) => state === 'READY')?.version;
export const refusal = (repository: RegistryRepository, version: string) =>
  eventually(async () => {
    const found = repository.index().find((entry) => entry.version === version);
    expect(found?.state).toBe('UNAVAILABLE');
    return found?.reason ?? '';
  }, patience);
export const said = (lines: readonly string[], message: string) =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith(message));

export const rows = (...values: number[]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
});

/** One inference, as a request makes it. */
export async function infer(repository: RegistryRepository, name: string, ...values: number[]) {
  const lease = repository.acquire(name);
  try {
    const [output] = await lease.model.session.run([rows(...values)], ['y']);
    return { version: lease.model.version, y: Array.from(output?.data as Float32Array) };
  } finally {
    lease.release();
  }
}

let made = 0;
export const newName = (kind = 'model') => `${kind}-${made++}`;

/** A model with versions that `champion` points to, the first one at first. */
export async function newModel(...versions: Files[]): Promise<string> {
  const name = newName();
  for (const files of versions) await logVersion(registry, name, files);
  if (versions.length > 0) await setAlias(registry, name, 'champion', '1');
  return name;
}

/** Resolves when the alias of a model has been looked at so many times more. */
export async function looks(name: string, count: number): Promise<void> {
  const seen = () => proxy.seen.filter((path) => path.includes('/alias?') && path.includes(`name=${name}&`)).length;
  const before = seen();
  await eventually(async () => expect(seen()).toBeGreaterThanOrEqual(before + count), patience);
}
