import { eventually } from '../harness/processes';
import { plus, setAlias } from './support/logged-models';
import {
  api,
  infer,
  looks,
  newModel,
  open,
  proxy,
  ready,
  refusal,
  registry,
  said,
  serves,
  useRegistry,
} from './support/watched-models';

useRegistry();

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
      await looks(name, 6);
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
