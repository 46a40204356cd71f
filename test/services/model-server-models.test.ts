import { eventually } from '../harness/processes';
import { newVersion, onnx, plus, putFiles, setAlias } from './support/logged-models';
import { denseModel } from './support/onnx';
import {
  api,
  infer,
  newModel,
  newName,
  open,
  patience,
  proxy,
  ready,
  registry,
  rows,
  said,
  serves,
  servingVersion,
  useRegistry,
} from './support/watched-models';

useRegistry();

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
    const name = newName('by-run');
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
    const copy = newName('copy');
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
    let release: (() => void) | undefined;
    proxy.intercept = (request, response) => {
      if (!request.url?.endsWith('/model.onnx')) return false;
      proxy.intercept = () => false;
      release = () => response.end(onnx('plus-two'));
      return true;
    };
    await setAlias(registry, name, 'champion', '2');
    await eventually(async () => expect(release).toBeDefined());
    expect(repository.index()).toContainEqual(expect.objectContaining({ version: '2', state: 'LOADING' }));
    expect(() => repository.acquire(name, '2')).toThrow(`version '2' of model '${name}' is loading`);
    await setAlias(registry, name, 'champion', '1');
    release?.();
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
