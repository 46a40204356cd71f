import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { Engine, Session } from '../../services/model-server/engine/engine';
import { OnnxEngine } from '../../services/model-server/engine/onnx';
import { LoadMetrics } from '../../services/model-server/models/load-metrics';
import {
  RegistryRepository,
  type RegistryRepositoryProps,
} from '../../services/model-server/models/registry-repository';
import type { Tensor } from '../../services/model-server/protocol/tensor';
import { temporaryFolder } from '../harness/folder';
import { eventually } from '../harness/processes';
import { type HttpProxy, startHttpProxy } from './support/http-proxy';
import { readableLog } from './support/log-lines';
import {
  type Files,
  logVersion,
  mlmodel,
  newVersion,
  onnx,
  plus,
  putFiles,
  setAlias,
  signatures,
} from './support/logged-models';
import { denseModel } from './support/onnx';
import { startRegistry, type TestRegistry } from './support/registry';

const api = '/api/2.0/mlflow';
const patience = 20_000;

let registry: TestRegistry;
let proxy: HttpProxy;
let cacheFolder: string;
const opened: RegistryRepository[] = [];

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

async function open(uri: string, more: Partial<RegistryRepositoryProps> = {}) {
  const { log, lines } = readableLog();
  const engine = new CountingEngine();
  const register = new Registry();
  const repository = await RegistryRepository.open({
    uri,
    registry: { trackingUri: proxy.url, answerMs: 2000, stallMs: 2000, ...more.registry },
    engine,
    cacheFolder,
    maxModelMib: 1,
    watchSeconds: 0.05,
    log,
    metrics: new LoadMetrics(register),
    ...more,
    ...(more.registry && { registry: { answerMs: 2000, stallMs: 2000, ...more.registry } }),
  });
  opened.push(repository);
  return { repository, engine, lines, metrics: () => register.metrics() };
}

const ready = (repository: RegistryRepository) => eventually(() => repository.check(), patience);
const serves = (repository: RegistryRepository, version: string) =>
  eventually(async () => expect(servingVersion(repository)).toBe(version), patience);
const servingVersion = (repository: RegistryRepository) =>
  repository.index().find(({ state }) => state === 'READY')?.version;
const refusal = (repository: RegistryRepository, version: string) =>
  eventually(async () => {
    const found = repository.index().find((entry) => entry.version === version);
    expect(found?.state).toBe('UNAVAILABLE');
    return found?.reason ?? '';
  }, patience);
const said = (lines: readonly string[], message: string) =>
  lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith(message));

const rows = (...values: number[]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
});

/** One inference, as a request makes it. */
async function infer(repository: RegistryRepository, name: string, ...values: number[]) {
  const lease = repository.acquire(name);
  try {
    const [output] = await lease.model.session.run([rows(...values)], ['y']);
    return { version: lease.model.version, y: Array.from(output?.data as Float32Array) };
  } finally {
    lease.release();
  }
}

let made = 0;
/** A model with versions that `champion` points to, the first one at first. */
async function newModel(...versions: Files[]): Promise<string> {
  const name = `model-${made++}`;
  for (const files of versions) await logVersion(registry, name, files);
  if (versions.length > 0) await setAlias(registry, name, 'champion', '1');
  return name;
}

describe('a model of the registry', () => {
  test('serves the version that an alias points to, and follows it', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository, engine, lines, metrics } = await open(`models:/${name}@champion`);
    expect(repository.index()).toEqual([
      { name, version: '', state: 'UNAVAILABLE', reason: 'no version is loaded yet; wait for the registry' },
    ]);
    await ready(repository);
    expect(repository.index()).toEqual([{ name, version: '1', state: 'READY', reason: '' }]);
    expect(await infer(repository, name, 1, 2, 3, 4)).toEqual({ version: '1', y: [4, 8] });

    await setAlias(registry, name, 'champion', '2');
    await serves(repository, '2');
    expect(await infer(repository, name, 1, 2, 3, 4)).toEqual({ version: '2', y: [5, 9] });
    await eventually(async () => expect(engine.open.size).toBe(1));
    expect(repository.index()).toEqual([{ name, version: '2', state: 'READY', reason: '' }]);
    expect(said(lines, 'a version serves').map(({ version }) => version)).toEqual(['1', '2']);
    expect(await metrics()).toContain(`model_loads_total{model="${name}",outcome="served"} 2`);
    expect(await metrics()).toContain(`model_serving_version{model="${name}",version="2"} 1`);
    expect(await metrics()).not.toContain('version="1"');
  });

  test('serves one version for good, and asks no more once it does', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository } = await open(`models:/${name}/2`, { name: 'delay' });
    await ready(repository);
    expect(await infer(repository, 'delay', 0, 0)).toEqual({ version: '2', y: [2] });
    const asked = () => proxy.seen.filter((path) => path.includes(name)).length;
    const before = asked();
    await setAlias(registry, name, 'champion', '1');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked()).toBe(before);
  });

  test('says which models and versions there are none of', async () => {
    const name = await newModel(plus('one'));
    const { repository } = await open(`models:/${name}@champion`);
    expect(() => repository.acquire('other')).toThrow(
      expect.objectContaining({ status: 404, message: `there is no model 'other' here, got '${name}' only` }),
    );
    expect(() => repository.acquire(name)).toThrow(expect.objectContaining({ status: 503 }));
    await ready(repository);
    repository.acquire(name, '1').release();
    expect(() => repository.acquire(name, '7')).toThrow(
      expect.objectContaining({
        status: 404,
        message: `model '${name}' has no version '7' here, it serves '1'`,
      }),
    );
  });

  test.each([
    ['a run', 'runs:/'],
    ['the folder of a run', 'mlflow-artifacts:/'],
    ['one file of a run', 'file'],
  ])('is found where a version was made from %s', async (_, kind) => {
    const name = `by-run-${made++}`;
    await registry.post(`${api}/registered-models/create`, { name });
    const { info } = (await registry.post(`${api}/runs/create`, { experiment_id: '0' })).json.run;
    const bare = kind === 'file' ? { 'model.onnx': onnx('plus-one') } : plus('one');
    await putFiles(registry, `${info.artifact_uri}/my model`, bare);
    const source =
      kind === 'runs:/'
        ? `runs:/${info.run_id}/my model`
        : `${info.artifact_uri}/my model${kind === 'file' ? '/model.onnx' : ''}`;
    await newVersion(registry, { name, source, run_id: info.run_id });
    const { repository } = await open(`models:/${name}/1`);
    await ready(repository);
    expect(await infer(repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
  });

  test('is copied to another name and serves from there', async () => {
    const name = await newModel(plus('two'));
    const copy = `copy-${made++}`;
    await registry.post(`${api}/registered-models/create`, { name: copy });
    await newVersion(registry, { name: copy, source: `models:/${name}/1` });
    const { repository } = await open(`models:/${copy}/1`);
    await ready(repository);
    expect(await infer(repository, copy, 0, 0)).toEqual({ version: '1', y: [2] });
  });

  test('is unloaded once its requests have ended, stays so, and is loaded when asked', async () => {
    const name = await newModel(plus('one'));
    const { repository, engine } = await open(`models:/${name}@champion`);
    await ready(repository);
    const lease = repository.acquire(name);
    let done = false;
    const unloading = repository.unload(name).then(() => {
      done = true;
    });
    await eventually(async () => expect(repository.index()[0]?.state).toBe('UNLOADING'));
    expect(() => repository.acquire(name)).toThrow(/it was unloaded; load it/);
    const [output] = await lease.model.session.run([rows(1, 1)], ['y']);
    expect([output?.data, done]).toEqual([Float32Array.from([3]), false]);
    lease.release();
    lease.release();
    await unloading;
    expect(engine.open.size).toBe(0);
    await expect(repository.check()).rejects.toThrow('it was unloaded; load it by the repository API');
    await repository.load(name);
    expect((await infer(repository, name, 1, 1)).version).toBe('1');
    await expect(repository.load('other')).rejects.toMatchObject({ status: 404 });
    await expect(repository.unload('other')).rejects.toMatchObject({ status: 404 });
  });

  test('looks at once when a load is asked', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository } = await open(`models:/${name}@champion`, { watchSeconds: 3600 });
    await ready(repository);
    await setAlias(registry, name, 'champion', '2');
    await repository.load(name);
    expect(servingVersion(repository)).toBe('2');
  });

  test('is not served in a version that the alias has left while it was on its way', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    // The file of version 2 comes when the alias is back at version 1.
    let release = () => {};
    proxy.intercept = (request, response) => {
      if (!request.url?.endsWith('/model.onnx')) return false;
      proxy.intercept = () => false;
      release = () => response.end(onnx('plus-two'));
      return true;
    };
    await setAlias(registry, name, 'champion', '2');
    await eventually(async () =>
      expect(repository.index()).toContainEqual(expect.objectContaining({ version: '2', state: 'LOADING' })),
    );
    expect(() => repository.acquire(name, '2')).toThrow(`version '2' of model '${name}' is loading`);
    await setAlias(registry, name, 'champion', '1');
    release();
    await eventually(async () => expect(repository.index()).toHaveLength(1), patience);
    expect(said(lines, 'a version serves').map(({ version }) => version)).toEqual(['1']);
    expect(servingVersion(repository)).toBe('1');
  });
});

describe('while versions are swapped', () => {
  test('each request is answered by the version that it names, and each memory is given back', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository, engine } = await open(`models:/${name}@champion`, { watchSeconds: 3600 });
    await ready(repository);
    let ended = false;
    let [answered, wrong] = [0, 0];
    const client = async () => {
      while (!ended) {
        const x = answered % 1000;
        const { version, y } = await infer(repository, name, x, 1);
        if (y[0] !== x + 1 + Number(version)) wrong++;
        answered++;
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (let swap = 0; swap < 20; swap++) {
      const version = swap % 2 === 0 ? '2' : '1';
      await setAlias(registry, name, 'champion', version);
      await repository.load(name);
      expect(servingVersion(repository)).toBe(version);
    }
    ended = true;
    await Promise.all(clients);
    await eventually(async () => expect(engine.open.size).toBe(1));
    expect({ wrong, loads: engine.loads, enough: answered > 50 }).toEqual({ wrong: 0, loads: 21, enough: true });
  });

  test('memory does not grow: 50 swaps of models of 8 MiB', async () => {
    const dense = { 'model.onnx': denseModel(1448, 1) };
    const name = await newModel(dense, dense);
    const { repository, engine } = await open(`models:/${name}@champion`, { watchSeconds: 3600, maxModelMib: 16 });
    await ready(repository);
    const memory: number[] = [];
    for (let swap = 0; swap < 50; swap++) {
      await setAlias(registry, name, 'champion', swap % 2 === 0 ? '2' : '1');
      await repository.load(name);
      expect(engine.open.size).toBe(1);
      memory.push(process.memoryUsage().rss / 2 ** 20);
    }
    // 40 models that stay would be 320 MiB.
    expect(Math.max(...memory.slice(-10)) - Math.max(...memory.slice(0, 10))).toBeLessThan(100);
  });
});

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const bad = (files: Files, reason: string | RegExp) => ({ files, reason });
const two = {
  MLmodel: mlmodel({
    inputs: [
      signatures.tensor('a', 'float64', [-1, 1]),
      signatures.tensor('b', 'float64', [-1, 1]),
      signatures.tensor('city', 'str', [-1, 1]),
    ],
    outputs: [signatures.tensor('price', 'float64', [-1, 1])],
  }),
  'model.onnx': onnx('two-inputs'),
};

describe('a bad version is refused, reported, and the old one goes on:', () => {
  test.each(
    Object.entries({
      'its file is no ONNX': bad(
        plus('two', { 'model.onnx': 'not a model' }),
        /^its file cannot be loaded: .*[Pp]rotobuf/,
      ),
      'its file is empty': bad(plus('two', { 'model.onnx': '' }), /^its file cannot be loaded: /),
      'it is of another flavor': bad(
        plus('two', { MLmodel: 'flavors:\n  sklearn:\n    pickled_model: model.pkl\n  python_function: {}\n' }),
        'it has no ONNX model, got the flavors sklearn, python_function; log it with mlflow.onnx.log_model',
      ),
      'its MLmodel file is no YAML': bad(plus('two', { MLmodel: 'flavors: [' }), /^its MLmodel file cannot be read: /),
      'its MLmodel file names a file that is not there': bad(
        { MLmodel: mlmodel(), 'other.onnx': onnx('plus-two') },
        "its MLmodel file names 'model.onnx', which is not among its files; log it again",
      ),
      'it has neither': bad(
        { 'weights.bin': 'x' },
        'it has neither an MLmodel file nor an .onnx file; log it with mlflow.onnx.log_model',
      ),
      'it has two ONNX files and nothing says which': bad(
        { 'a.onnx': onnx('plus-one'), 'b.onnx': onnx('plus-two') },
        'it has no MLmodel file and several .onnx files (a.onnx, b.onnx); leave one, or log it with mlflow.onnx.log_model',
      ),
      'its inputs are named otherwise': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [signatures.tensor('features', 'float32', [-1, 2])],
            outputs: [signatures.tensor('y', 'float32', [-1])],
          }),
        }),
        "its file does not keep its signature: the signature has the input 'features', the file 'x'; the file has the input 'x', the signature does not",
      ),
      'its types and shapes are others': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [signatures.tensor(undefined, 'int64', [-1, 3])],
            outputs: [signatures.tensor('y', 'float64', [-1, 1])],
          }),
        }),
        "its file does not keep its signature: input 'x' is int64 in the signature, FP32 in the file; input 'x' has the shape [-1,3] in the signature, [-1,2] in the file; output 'y' has the shape [-1,1] in the signature, [-1] in the file",
      ),
      'its columns are others': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [
              { type: 'double', name: 'a', required: true },
              { type: 'string', name: 'b', required: true },
              { type: 'long', name: 'c', required: true },
            ],
            outputs: [],
          }),
        }),
        "its file does not keep its signature: input 'x' has 3 columns in the signature, the shape [-1,2] in the file; input 'x' has 1 columns of text in the signature, FP32 in the file",
      ),
      'it fails on its example': bad(
        {
          MLmodel: mlmodel(undefined, true),
          'model.onnx': onnx('lookup'),
          'serving_input_example.json': '{"inputs": [100]}',
        },
        /^it fails on its own input example: .*Gather/,
      ),
      'its example does not fit': bad(
        plus('two', { 'serving_input_example.json': '{"inputs": [[1.0, 2.0, 3.0]]}' }),
        "its input example does not fit: 'x' has 3 values of the shape [1,3], not of [-1,2]",
      ),
      'its example lacks an input': bad(
        { ...two, 'input_example.json': '{"a": [[1.0]]}', MLmodel: mlmodel(undefined, true) },
        "its input example does not fit: it has nothing for the input 'b'",
      ),
      'its outputs are not the expected ones': bad(
        plus('two', {
          'expected_outputs.json': '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [2], "data": [5.0, 8.0]}]}',
        }),
        "it answers its input example not as expected_outputs.json says: output 'y' is expected to be 8 at 1, got 9",
      ),
      'it has expected outputs of no example': bad(
        { 'model.onnx': onnx('plus-two'), 'expected_outputs.json': '{}' },
        'it has expected_outputs.json, but no input example that gives them; log both or none',
      ),
      'its expected outputs cannot be read': bad(
        plus('two', { 'expected_outputs.json': '{"outputs": []}' }),
        /^its expected_outputs.json cannot be read: /,
      ),
      'a file is another than the one whose checksum was logged': bad(
        plus('two', { SHA256SUMS: `${sha256(onnx('plus-one'))}  ./model.onnx\n` }),
        "its file 'model.onnx' is another, by the checksum in SHA256SUMS; log the model again",
      ),
      'a file whose checksum was logged is missing': bad(
        plus('two', { SHA256SUMS: `${sha256('')} *weights.bin` }),
        "its file 'weights.bin' is not there, by the checksum in SHA256SUMS; log the model again",
      ),
      'its checksums are none': bad(
        plus('two', { SHA256SUMS: 'model.onnx' }),
        'its SHA256SUMS has a line that is none; write it by sha256sum',
      ),
      'it is too big': bad(
        plus('two', { 'weights.bin': Buffer.alloc(1024 * 1024) }),
        'its files are larger than 1 MiB together, got 2 MiB; log fewer files, or raise MAX_MODEL_MIB',
      ),
    }),
  )('%s', async (_, { files, reason }) => {
    const name = await newModel(plus('one'), files);
    const { repository, engine, lines, metrics } = await open(`models:/${name}@champion`);
    await ready(repository);
    await setAlias(registry, name, 'champion', '2');
    const told = await refusal(repository, '2');
    typeof reason === 'string' ? expect(told).toBe(reason) : expect(told).toMatch(reason);
    expect(await infer(repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
    await repository.check();
    expect(() => repository.acquire(name, '2')).toThrow(expect.objectContaining({ status: 503 }));
    expect(said(lines, 'a version is refused until the alias moves, version 1 goes on')).toMatchObject([
      { version: '2', reason: told },
    ]);
    expect(await metrics()).toContain(`model_loads_total{model="${name}",outcome="refused"} 1`);
    expect(engine.open.size).toBe(1);

    // Tried again when it is asked for, and not by itself.
    const { loads } = engine;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(engine.loads).toBe(loads);
    await expect(repository.load(name)).rejects.toMatchObject({
      status: 400,
      message: `model '${name}' could not be loaded: ${told}`,
    });
    expect(await metrics()).toContain('outcome="refused"} 2');

    await setAlias(registry, name, 'champion', '1');
    await eventually(async () => expect(repository.index()).toHaveLength(1), patience);
    expect(readdirSync(join(cacheFolder, readdirSync(cacheFolder)[0] ?? '')).length).toBeLessThan(4);
  });

  test('a version that lies where the registry serves nothing', async () => {
    const name = await newModel(plus('one'));
    const { info } = (await registry.post(`${api}/runs/create`, { experiment_id: '0' })).json.run;
    await newVersion(registry, { name, source: 's3://bucket/model', run_id: info.run_id });
    const { repository } = await open(`models:/${name}/2`);
    expect(await refusal(repository, '2')).toBe(
      'its files lie at s3://bucket/model, which the registry does not serve; log it to an experiment whose artifacts lie below mlflow-artifacts:/',
    );
    await expect(repository.check()).rejects.toThrow(/^version 2: its files lie at s3:/);
  });

  test('a version without files', async () => {
    const name = await newModel({});
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toMatch(
      /^there are no files at mlflow-artifacts:\/.*; log the model again$/,
    );
  });

  test('a file that turns out larger than the registry has said', async () => {
    const name = await newModel(plus('one'));
    proxy.intercept = (request, response) => {
      if (!request.url?.endsWith('/requirements.txt')) return false;
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
      };
      response.on('drain', more);
      more();
      return true;
    };
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toBe(
      'its files are larger than 1 MiB together, got more; log fewer files, or raise MAX_MODEL_MIB',
    );
  });

  test('a listing that leads out of the folder', async () => {
    const name = await newModel(plus('one'));
    proxy.intercept = (request, response) => {
      if (!request.url?.includes('/artifacts?path=')) return false;
      response.setHeader('content-type', 'application/json');
      response.end('{"files": [{"path": "../../escaped", "is_dir": false, "file_size": 1}]}');
      return true;
    };
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toBe("a file of it is named '../../escaped', which leads elsewhere");
  });
});

describe('a good version serves', () => {
  const response = (data: number[]) => JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data }] });

  test.each(
    Object.entries<Files>({
      'without an MLmodel file': { 'model.onnx': onnx('plus-one') },
      'with outputs that are expected, to 1e-4 of their size': plus('one', {
        'expected_outputs.json': response([4.0003, 7.9993]),
      }),
      'with an example of an older client': {
        MLmodel: mlmodel(signatures.plus, true),
        'model.onnx': onnx('plus-one'),
        'input_example.json': '{"inputs": [[1.0, 2.0]]}',
      },
      'with a DataFrame for an example, and missing values': plus('one', {
        'serving_input_example.json':
          '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, NaN], [null, -Infinity]]}}',
      }),
      'with checksums that are its own': plus('one', {
        SHA256SUMS: `${sha256(onnx('plus-one'))}  model.onnx\n${sha256('[[1.0, 2.0], [3.0, 4.0]]')} *input_example.json\n`,
      }),
      'with records for an example': plus('one', {
        'serving_input_example.json': '{"dataframe_records": [{"a": 1, "b": true}]}',
      }),
      'with an example of the protocol': plus('one', {
        'serving_input_example.json':
          '{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1.0, 2.0]}]}',
      }),
      'logged by float64, as MLflow casts it': plus('one', {
        MLmodel: mlmodel({ inputs: [signatures.tensor(undefined, 'float64', [-1, 2])], outputs: [] }, true),
      }),
      'with columns in its signature': plus('one', {
        MLmodel: mlmodel({
          inputs: ['a', 'b'].map((name) => ({ type: 'double', name, required: true })),
          outputs: [],
        }),
      }),
    }),
  )('%s', async (_, files) => {
    const name = await newModel(files);
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    expect(await infer(repository, name, 1, 2)).toEqual({ version: '1', y: [4] });
    expect(said(lines, 'a version is refused')).toEqual([]);
  });

  test.each([
    ['by name', '{"inputs": {"a": [[1.5]], "b": [[2]], "city": [["Oslo"]]}}'],
    ['by column', '{"dataframe_split": {"columns": ["a", "b", "city"], "data": [[1.5, 2, "Oslo"]]}}'],
  ])('with several inputs, %s', async (_, example) => {
    const files = { ...two, MLmodel: `${two.MLmodel}saved_input_example_info:\n  artifact_path: example.json\n` };
    const expected = {
      outputs: [
        { name: 'where', datatype: 'BYTES', shape: [1, 1], data: ['Oslo'] },
        { name: 'price', datatype: 'FP64', shape: [1, 1], data: [[5]] },
      ],
    };
    const name = await newModel({
      ...files,
      'example.json': example,
      'expected_outputs.json': JSON.stringify(expected),
    });
    const { repository } = await open(`models:/${name}@champion`);
    await ready(repository);
    const lease = repository.acquire(name);
    expect(lease.model.session.inputs.map((input) => input.name)).toEqual(['a', 'b', 'city']);
    lease.release();
  });

  test('with halves, booleans and whole numbers that it must give exactly', async () => {
    const example = { inputs: { h: [0.5, -2], n: [1, -9007199254740991], f: [true, false] } };
    const out = (name: string, datatype: string, data: unknown[]) => ({ name, datatype, shape: [2], data });
    const outputs = [
      out('h_out', 'FP16', [0.5, -2]),
      out('n_out', 'INT64', [1, -9007199254740991]),
      out('f_out', 'BOOL', [true, false]),
    ];
    const name = await newModel({
      'model.onnx': onnx('echo'),
      'input_example.json': JSON.stringify(example),
      'expected_outputs.json': JSON.stringify({ outputs }),
    });
    const { repository } = await open(`models:/${name}@champion`);
    await ready(repository);
  });

  test('without an example: warmed on zeros, or not at all, and that is said', async () => {
    const zeros = await open(`models:/${await newModel({ 'model.onnx': onnx('plus-one') })}@champion`);
    await ready(zeros.repository);
    expect(said(zeros.lines, 'the version has no input example: it was warmed on zeros')).toHaveLength(1);
    const lookup = await open(`models:/${await newModel({ 'model.onnx': onnx('lookup') })}@champion`);
    await ready(lookup.repository);
    expect(said(lookup.lines, 'the version has no input example, and zeros are none')).toHaveLength(1);
  });
});

describe('the cache', () => {
  const folder = () => join(cacheFolder, readdirSync(cacheFolder)[0] ?? '');
  const versionsOnDisk = () =>
    readdirSync(folder())
      .filter((entry) => entry !== 'serving.json')
      .map((entry) => entry.split('-')[0])
      .sort();
  const onDisk = (version: string, file: string) =>
    join(folder(), readdirSync(folder()).find((entry) => entry.startsWith(`${version}-`)) ?? '', 'files', file);

  test('keeps the version that serves and the one before it, and nothing else', async () => {
    const name = await newModel(plus('one'), plus('two'), plus('one'), plus('two'));
    const { repository } = await open(`models:/${name}@champion`, { watchSeconds: 3600 });
    await ready(repository);
    for (const version of ['2', '3', '4']) {
      await setAlias(registry, name, 'champion', version);
      await repository.load(name);
    }
    await eventually(async () => expect(versionsOnDisk()).toEqual(['3', '4']));
    // An alias that is moved back needs no file of the registry.
    const before = proxy.seen.length;
    await setAlias(registry, name, 'champion', '3');
    await repository.load(name);
    expect(servingVersion(repository)).toBe('3');
    expect(proxy.seen.slice(before).filter((path) => path.includes('mlflow-artifacts'))).toEqual([]);
  });

  test.each([
    ['changed', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]))],
    ['torn', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 20))],
    ['gone', (file: string) => rmSync(file)],
  ])('finds a file that is %s, and fetches the version again', async (_, harm) => {
    const name = await newModel(plus('one'));
    const first = await open(`models:/${name}@champion`);
    await ready(first.repository);
    await first.repository.close();
    const whole = readFileSync(onDisk('1', 'model.onnx'));
    harm(onDisk('1', 'model.onnx'));
    const second = await open(`models:/${name}@champion`);
    await ready(second.repository);
    expect(said(second.lines, 'files on disk were torn or changed: the version is fetched again')).toHaveLength(1);
    expect(readFileSync(onDisk('1', 'model.onnx')).equals(whole)).toBe(true);
  });

  test('removes what a killed process left half fetched', async () => {
    const name = await newModel(plus('one'));
    const first = await open(`models:/${name}@champion`);
    await ready(first.repository);
    await first.repository.close();
    const left = join(folder(), `incoming-${process.pid}-x`);
    writeFileSync(left, 'half');
    const second = await open(`models:/${name}@champion`);
    await ready(second.repository);
    expect(readdirSync(folder())).not.toContain(`incoming-${process.pid}-x`);
  });

  test('fetches a file again that came shorter than it is', async () => {
    const name = await newModel(plus('one'));
    let cuts = 0;
    proxy.tamper = (request, chunk, response) => {
      if (!request.url?.endsWith('/model.onnx') || cuts++ > 0) return chunk;
      response.end(chunk.subarray(0, 30));
      return Buffer.alloc(0);
    };
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    expect(said(lines, 'a version could not be fetched, none serves')).toMatchObject([
      {
        reason: expect.stringMatching(
          /^(file 'model.onnx' came with 30 bytes instead of 155; it is fetched again|the registry .* does not answer: )/,
        ),
      },
    ]);
  });

  test('that cannot be written keeps the process from starting', async () => {
    const file = join(cacheFolder, 'file');
    writeFileSync(file, '');
    await expect(open('models:/x@champion', { cacheFolder: file })).rejects.toThrow(
      /^the cache of models cannot be used, got ENOTDIR: .*; set CACHE_DIR to a folder that may be written$/,
    );
  });
});

describe('with a registry that', () => {
  const refuse =
    (status: number, body = '') =>
    () => {
      proxy.intercept = (_, response) => {
        response.writeHead(status).end(body);
        return true;
      };
    };
  const cases: [string, () => void, RegExp][] = [
    ['answers 503', refuse(503), /answers \/api\/2\.0\/mlflow\/registered-models\/alias with 503$/],
    ['answers with a page', refuse(200, '<html>'), /with something else than the MLflow protocol has; check the URL$/],
    [
      'lets nobody in',
      refuse(401),
      /does not let us in \(401\); put a token that may read into MLFLOW_TRACKING_TOKEN_FILE$/,
    ],
    [
      'never answers',
      () => {
        proxy.intercept = () => true;
      },
      /does not answer: nothing came within 0.2 s$/,
    ],
    [
      'cuts connections',
      () => {
        proxy.intercept = (request) => {
          request.socket.destroy();
          return true;
        };
      },
      /does not answer: (UND_ERR_SOCKET|ECONNRESET|other side closed)/,
    ],
  ];
  test.each(cases)(
    '%s: the version that serves goes on, also after a restart, and it is said once',
    async (_, harm, reason) => {
      const name = await newModel(plus('one'), plus('two'));
      const settings = { registry: { trackingUri: proxy.url, answerMs: 200 } };
      const first = await open(`models:/${name}@champion`, settings);
      await ready(first.repository);
      harm();
      await eventually(async () =>
        expect(said(first.lines, 'the version that is wanted is not known, version 1 goes on')).toHaveLength(1),
      );
      expect(said(first.lines, 'the version that is wanted')[0].reason).toMatch(reason);
      expect(await infer(first.repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
      await expect(first.repository.load(name)).rejects.toMatchObject({
        status: 503,
        message: expect.stringMatching(reason),
      });
      await first.repository.check();

      const second = await open(`models:/${name}@champion`, settings);
      await ready(second.repository);
      expect(await infer(second.repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
      expect(said(second.lines, 'the version that served last serves from the disk')).toMatchObject([
        { version: '1', reason: expect.stringMatching(reason) },
      ]);
      expect(await second.metrics()).toContain(`model_registry_reachable{model="${name}"} 0`);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(said(first.lines, 'the version that is wanted')).toHaveLength(1);

      proxy.intercept = () => false;
      await setAlias(registry, name, 'champion', '2');
      await serves(second.repository, '2');
      expect(said(second.lines, 'the registry answers again')).toHaveLength(1);
    },
  );

  test('was never there: not ready, and why', async () => {
    refuse(503)();
    const { repository } = await open('models:/absent@champion');
    await eventually(async () =>
      expect(repository.index()).toEqual([
        { name: 'absent', version: '', state: 'UNAVAILABLE', reason: expect.stringMatching(/with 503$/) },
      ]),
    );
    await expect(repository.check()).rejects.toThrow(/with 503$/);
    await expect(repository.load('absent')).rejects.toMatchObject({ status: 503 });
  });

  test.each([
    [
      'alias',
      (name: string) => `models:/${name}@gone`,
      (name: string) => `set it: MlflowClient().set_registered_model_alias('${name}', 'gone', VERSION)`,
    ],
    ['version', (name: string) => `models:/${name}/9`, () => 'register it, or serve another version'],
  ])('has no such %s: what to do is said', async (kind, uri, advice) => {
    const name = await newModel(plus('one'));
    const { repository } = await open(uri(name));
    await eventually(async () => expect(repository.check()).rejects.toThrow(`the registry has no ${kind}`));
    await expect(repository.check()).rejects.toThrow(advice(name));
  });

  test('loses the alias: its version goes on', async () => {
    const name = await newModel(plus('one'));
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    await registry.send('DELETE', `${api}/registered-models/alias`, {
      body: JSON.stringify({ name, alias: 'champion' }),
      headers: { 'content-type': 'application/json' },
    });
    await eventually(async () =>
      expect(said(lines, 'the version that is wanted is not known, version 1 goes on')).toHaveLength(1),
    );
    await repository.check();
  });

  test('wants a token: it is read again for each request', async () => {
    const name = await newModel(plus('one'));
    let token = 'old';
    proxy.intercept = (request, response) => {
      if (request.headers.authorization === 'Bearer new') return false;
      response.writeHead(401).end();
      return true;
    };
    const { repository, lines } = await open(`models:/${name}@champion`, {
      registry: { trackingUri: proxy.url, trackingToken: () => token },
    });
    await eventually(async () => expect(repository.check()).rejects.toThrow('does not let us in (401)'));
    token = 'new';
    await ready(repository);
    expect(lines.join('')).not.toMatch(/Bearer|"old"|"new"/);
  });

  test('stops in the middle of a file: it is fetched again, later each time', async () => {
    const name = await newModel(plus('one'), plus('two'));
    const { repository, lines } = await open(`models:/${name}@champion`, {
      registry: { trackingUri: proxy.url, stallMs: 200 },
    });
    await ready(repository);
    let stalls = 0;
    proxy.intercept = (request, response) => {
      if (!request.url?.endsWith('/model.onnx') || stalls++ > 1) return false;
      response.write('half');
      return true;
    };
    await setAlias(registry, name, 'champion', '2');
    await serves(repository, '2');
    expect(stalls).toBe(3);
    expect(said(lines, 'a version could not be fetched, version 1 goes on')).toMatchObject([
      { version: '2', reason: expect.stringMatching(/does not answer: nothing came within 0.2 s$/) },
    ]);
  });

  test('wants a version that is bad in a process that starts: the last good one serves', async () => {
    const name = await newModel(plus('one'), plus('two', { 'model.onnx': 'not a model' }));
    const first = await open(`models:/${name}@champion`);
    await ready(first.repository);
    await first.repository.close();
    await setAlias(registry, name, 'champion', '2');
    const second = await open(`models:/${name}@champion`);
    await ready(second.repository);
    expect(await infer(second.repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
    expect(await refusal(second.repository, '2')).toMatch(/^its file cannot be loaded/);
  });
});

test.each([
  [
    'models:/x',
    /^the model's URI cannot be served, got 'models:\/x'; give models:\/NAME@ALIAS or models:\/NAME\/VERSION$/,
    {},
  ],
  [
    'models:/x@a',
    /^WATCH_SECONDS and MAX_MODEL_MIB must be above 0, got 0 and 1; leave them out for the defaults$/,
    { watchSeconds: 0 },
  ],
  [
    'models:/x@a',
    /^the URL of the registry has a user name or password in it; take them out, and give a token by MLFLOW_TRACKING_TOKEN_FILE$/,
    { registry: { trackingUri: 'http://ann:hush@127.0.0.1' } },
  ],
])('%s does not start: %s', async (uri, message, more) => {
  await expect(open(uri, more)).rejects.toThrow(message);
});
