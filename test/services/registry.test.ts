import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { openDatabase } from '../../services/kit/database';
import { migrate } from '../../services/kit/migrations';
import { FileObjectStore } from '../../services/kit/object-store-files';
import { buildApp } from '../../services/registry/app';
import { migrations } from '../../services/registry/migrations';
import { postgresStores } from '../../services/registry/stores';
import type { Tables } from '../../services/registry/tables';
import { temporaryFolder } from '../harness/folder';
import { startPostgres, type TestPostgres } from '../harness/postgres';
import { readableLog } from './support/log-lines';
import { type Answer, type Served, serve } from './support/serve';

const api = '/api/2.0/mlflow';
const proxy = '/api/2.0/mlflow-artifacts/artifacts';
const mebibyte = 1024 * 1024;
const folder = temporaryFolder('registry');

let postgres: TestPostgres;
let registry: Served;
let close: () => Promise<void>;

beforeAll(async () => {
  postgres = await startPostgres();
  const database = await postgres.createDatabase('registry');
  const { log } = readableLog();
  await migrate({ database, migrations, log });
  const opened = openDatabase<Tables>(database, log);
  const app = buildApp({
    ...postgresStores(opened.db),
    log,
    artifacts: new FileObjectStore(folder),
    maxUploadMib: 8,
    checks: {},
  });
  registry = await serve(app);
  close = async () => {
    await app.close();
    await opened.close();
  };
});

afterAll(async () => {
  await close?.();
  await postgres?.stop();
});

const call = (path: string, body?: unknown) => registry.post(api + path, body);
const read = (path: string) => registry.get(api + path);
const errorOf = ({ status, json }: Answer) => [status, json.error_code, json.message];

let made = 0;
const newExperiment = async () =>
  (await call('/experiments/create', { name: `experiment-${made++}` })).json.experiment_id as string;
const newRun = async (experiment: string, fields: object = {}) =>
  (await call('/runs/create', { experiment_id: experiment, start_time: 1000 + made++, ...fields })).json.run.info
    .run_id as string;

describe('experiments', () => {
  test("has 'Default' with id 0", async () => {
    expect((await read('/experiments/get?experiment_id=0')).json.experiment).toMatchObject({
      experiment_id: '0',
      name: 'Default',
      artifact_location: 'mlflow-artifacts:/0',
      lifecycle_stage: 'active',
      tags: [],
    });
  });

  test('creates one with tags and finds it by id and by name, under both prefixes', async () => {
    const tags = [{ key: 'team', value: 'search' }];
    const { json } = await call('/experiments/create', { name: 'tagged', tags, unknown_field: 1 });
    const byId = await read(`/experiments/get?experiment_id=${json.experiment_id}`);
    const byName = await registry.get('/ajax-api/2.0/mlflow/experiments/get-by-name?experiment_name=tagged');
    expect(byName.json).toEqual(byId.json);
    expect(byId.json.experiment).toMatchObject({
      name: 'tagged',
      tags,
      artifact_location: `mlflow-artifacts:/${json.experiment_id}`,
    });
  });

  test('lets one of many creates of a name win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('/experiments/create', { name: 'contested' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expect(errorOf(answer)).toEqual([400, 'RESOURCE_ALREADY_EXISTS', 'Experiment(name=contested) already exists.']);
  });

  test('searches by name and tag, in order, page by page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c'])
      await call('/experiments/create', { name, tags: [{ key: 'set', value: 'pages' }] });
    const search = { filter: "tags.set = 'pages' AND name LIKE 'page-%'", order_by: ['name DESC'], max_results: 2 };
    const first = await call('/experiments/search', search);
    const second = await call('/experiments/search', { ...search, page_token: first.json.next_page_token });
    const names = (answer: Answer) => answer.json.experiments.map((experiment: { name: string }) => experiment.name);
    expect([names(first), names(second), second.json.next_page_token]).toEqual([
      ['page-c', 'page-b'],
      ['page-a'],
      undefined,
    ]);
  });

  test.each([
    [
      'no name',
      '/experiments/create',
      {},
      "Missing value for required parameter 'name'. See the API docs for more information about request parameters.",
    ],
    [
      'a name that is no text',
      '/experiments/create',
      { name: 5 },
      "Invalid value for parameter 'name' supplied: Invalid input: expected string, received number. See the API docs for more information about request parameters.",
    ],
    [
      'a name that is too long',
      '/experiments/create',
      { name: 'x'.repeat(501) },
      "'name' exceeds the maximum length of 500 characters",
    ],
    [
      'a name that no column takes',
      '/experiments/create',
      { name: 'a\0b' },
      'the database refuses a value: invalid byte sequence for encoding "UTF8": 0x00',
    ],
    [
      'no JSON',
      '/experiments/create',
      '{"name"',
      "Body is not valid JSON but content-type is set to 'application/json'",
    ],
    ['JSON that is no object', '/experiments/create', '[]', 'Invalid value'],
    [
      'a page token of another server',
      '/experiments/search',
      { page_token: 'x' },
      'Invalid page token, it is not one that this server gave',
    ],
    [
      'too many results',
      '/experiments/search',
      { max_results: 50001 },
      "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000",
    ],
  ])('refuses %s', async (_, path, body, message) => {
    expect(errorOf(await call(path, body))).toEqual([400, 'INVALID_PARAMETER_VALUE', expect.stringContaining(message)]);
  });

  test('says what is not there', async () => {
    expect(errorOf(await read('/experiments/get?experiment_id=99'))).toEqual([
      404,
      'RESOURCE_DOES_NOT_EXIST',
      'No Experiment with id=99 exists',
    ]);
    expect(errorOf(await read('/experiments/get?experiment_id=one'))).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      "Invalid experiment ID 'one'. Experiment ID must be a valid integer.",
    ]);
    expect(errorOf(await read('/experiments/get-by-name?experiment_name=none'))).toEqual([
      404,
      'RESOURCE_DOES_NOT_EXIST',
      "Could not find experiment with name 'none'",
    ]);
    expect(errorOf(await read('/experiments/nothing'))).toEqual([
      404,
      'ENDPOINT_NOT_FOUND',
      `no route GET ${api}/experiments/nothing`,
    ]);
  });
});

describe('runs', () => {
  let experiment: string;
  beforeAll(async () => {
    experiment = await newExperiment();
  });

  test('logs a run in every way and gives it back', async () => {
    const created = await call('/runs/create', {
      experiment_id: experiment,
      user_id: 'ann',
      start_time: '1700000000000',
      run_name: 'first',
    });
    const { run_id } = created.json.run.info;
    await call('/runs/log-metric', { run_id, key: 'loss', value: 0.5, timestamp: 1, step: 1 });
    await call('/runs/log-parameter', { run_id, key: 'depth', value: '3' });
    await call('/runs/set-tag', { run_id, key: 'team', value: 'search' });
    await call('/runs/log-batch', {
      run_id,
      metrics: [
        { key: 'loss', value: 0.25, timestamp: '2', step: '2' },
        { key: 'loss', value: 9, timestamp: 3, step: 0 },
      ],
      params: [{ key: 'rate', value: '0.1' }],
      tags: [{ key: 'team', value: 'ranking' }],
    });
    const updated = await call('/runs/update', {
      run_id,
      status: 'FINISHED',
      end_time: 1700000000001,
      run_name: 'renamed',
    });
    const { run } = (await read(`/runs/get?run_id=${run_id}`)).json;
    expect(run.info).toEqual(updated.json.run_info);
    expect(run).toEqual({
      info: {
        run_id,
        run_uuid: run_id,
        run_name: 'renamed',
        experiment_id: experiment,
        user_id: 'ann',
        status: 'FINISHED',
        start_time: 1700000000000,
        end_time: 1700000000001,
        artifact_uri: `mlflow-artifacts:/${experiment}/${run_id}/artifacts`,
        lifecycle_stage: 'active',
      },
      data: {
        metrics: [{ key: 'loss', value: 0.25, timestamp: 2, step: 2 }],
        params: [
          { key: 'depth', value: '3' },
          { key: 'rate', value: '0.1' },
        ],
        tags: [
          { key: 'mlflow.runName', value: 'renamed' },
          { key: 'team', value: 'ranking' },
        ],
      },
      inputs: {},
      outputs: {},
    });
  });

  test('keeps NaN and infinities, and every point of a metric, page by page', async () => {
    const run_id = await newRun(experiment);
    const points = ['NaN', 'Infinity', '-Infinity', 1e308, 0].map((value, step) => ({
      key: 'm',
      value,
      timestamp: step,
      step,
    }));
    await call('/runs/log-batch', { run_id, metrics: [...points, ...points] });
    const all = await read(`/metrics/get-history?run_id=${run_id}&metric_key=m`);
    expect(all.json.metrics).toEqual(points);
    const first = await read(`/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=3`);
    const rest = await read(
      `/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=3&page_token=${first.json.next_page_token}`,
    );
    expect([...first.json.metrics, ...rest.json.metrics]).toEqual(points);
  });

  test('writes a batch whole or not at all', async () => {
    const run_id = await newRun(experiment);
    await call('/runs/log-parameter', { run_id, key: 'depth', value: '3' });
    const refused = await call('/runs/log-batch', {
      run_id,
      metrics: [{ key: 'loss', value: 1, timestamp: 1 }],
      params: [
        { key: 'depth', value: '4' },
        { key: 'other', value: '1' },
      ],
      tags: [{ key: 'team', value: 'x' }],
    });
    expect(errorOf(refused)).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      `Changing param values is not allowed. Params were already logged='[{'key': 'depth', 'old_value': '3', 'new_value': '4'}]' for run ID='${run_id}'.`,
    ]);
    const { data } = (await read(`/runs/get?run_id=${run_id}`)).json.run;
    expect([data.metrics, data.params, data.tags.length]).toEqual([[], [{ key: 'depth', value: '3' }], 1]);
  });

  test.each(['metrics', 'tags'])('takes concurrent batches of %s of one run', async (kind) => {
    const run_id = await newRun(experiment);
    const keys = Array.from({ length: 60 }, (_, i) => `key-${i}`);
    const batches = Array.from({ length: 24 }, (_, step) => {
      const order = step % 2 === 0 ? keys : [...keys].reverse();
      const items = order.map((key) => ({ key, value: kind === 'tags' ? `${step}` : step, timestamp: 1, step }));
      return call('/runs/log-batch', { run_id, [kind]: items });
    });
    expect((await Promise.all(batches)).map(({ status }) => status)).toEqual(batches.map(() => 200));
    const { data } = (await read(`/runs/get?run_id=${run_id}`)).json.run;
    if (kind === 'metrics')
      expect(data.metrics.map((metric: { value: number }) => metric.value)).toEqual(keys.map(() => 23));
    else expect(data.tags).toHaveLength(keys.length + 1);
  });

  test('names a run that has no name, and refuses two names', async () => {
    const { run } = (await call('/runs/create', { experiment_id: experiment })).json;
    expect(run.data.tags).toEqual([{ key: 'mlflow.runName', value: run.info.run_name }]);
    expect(run.info.run_name).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    const two = { experiment_id: experiment, run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] };
    expect(errorOf(await call('/runs/create', two))[2]).toBe(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='a', mlflow.runName='b').",
    );
  });

  test('cuts long values as MLflow does', async () => {
    const run_id = await newRun(experiment);
    await call('/runs/log-parameter', { run_id, key: 'long', value: '😀'.repeat(6001) });
    const { params } = (await read(`/runs/get?run_id=${run_id}`)).json.run.data;
    expect([...params[0].value]).toHaveLength(6000);
  });

  const absent = 'f'.repeat(32);
  const docs = 'See the API docs for more information about request parameters.';
  const metrics = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ key: `m${i}`, value: 1, timestamp: 1 }));
  test.each<[string, string, object, string]>([
    [
      '/runs/log-metric',
      'without an id',
      { key: 'a', value: 1, timestamp: 1 },
      `Missing value for required parameter 'run_id'. ${docs}`,
    ],
    [
      '/runs/log-metric',
      'of no number',
      { run_id: absent, key: 'a', value: 'high', timestamp: 1 },
      `Invalid value for parameter 'value' supplied: expected a number. ${docs}`,
    ],
    [
      '/runs/log-metric',
      'without a value',
      { run_id: absent, key: 'a', timestamp: 1 },
      `Missing value for required parameter 'value'. ${docs}`,
    ],
    [
      '/runs/log-metric',
      'with a key that leads out',
      { run_id: absent, key: '../a', value: 1, timestamp: 1 },
      `Invalid value "../a" for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '../a'`,
    ],
    [
      '/runs/log-batch',
      'with a wrong step',
      { run_id: absent, metrics: [{ key: 'a', value: 1, timestamp: 1, step: 1.5 }] },
      `Invalid value for parameter 'metrics[0].step' supplied: expected an integer. ${docs}`,
    ],
    [
      '/runs/log-batch',
      'with too many metrics',
      { run_id: absent, metrics: metrics(1001) },
      'A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics across multiple requests and try again.',
    ],
    [
      '/runs/log-batch',
      'with a param twice',
      {
        run_id: absent,
        params: [
          { key: 'a', value: '1' },
          { key: 'a', value: '1' },
        ],
      },
      "Duplicate parameter keys have been submitted: ['a']. Please ensure the request contains only one param value per param key.",
    ],
    [
      '/runs/update',
      'with no such status',
      { run_id: absent, status: 'DONE' },
      `Invalid value for parameter 'status' supplied: expected one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED. ${docs}`,
    ],
    ['/runs/create', 'in no such experiment', { experiment_id: '1000000' }, 'No Experiment with id=1000000 exists'],
    [
      '/runs/update',
      'of a run that is not there',
      { run_id: absent, status: 'FINISHED' },
      `Run with id=${absent} not found`,
    ],
    [
      '/runs/set-tag',
      'of an id of another form',
      { run_id: 'run-1', key: 'a', value: 'b' },
      'Run with id=run-1 not found',
    ],
  ])('%s refuses a request %s', async (path, _, body, message) => {
    const answer = await call(path, body);
    expect([answer.json.message, answer.status]).toEqual([
      message,
      message.endsWith('not found') || message.endsWith('exists') ? 404 : 400,
    ]);
  });
});

describe('search of runs', () => {
  let experiment: string;
  const names: Record<string, string> = {};

  beforeAll(async () => {
    experiment = await newExperiment();
    const rows = [
      { name: 'low', loss: 0.1, optimizer: 'adam', team: 'Search' },
      { name: 'high', loss: 0.9, optimizer: 'sgd', team: "o'hare" },
      { name: 'broken', loss: 'NaN', optimizer: 'Adamax', team: 'search' },
      { name: 'endless', loss: 'Infinity', optimizer: 'adam', team: 'ads' },
      { name: 'bare' },
    ];
    for (const [index, { name, loss, optimizer, team }] of rows.entries()) {
      const run_id = await newRun(experiment, { run_name: name, start_time: 100 + index, user_id: 'ann' });
      names[run_id] = name;
      if (loss === undefined) continue;
      await call('/runs/log-batch', {
        run_id,
        metrics: [{ key: 'val/loss', value: loss, timestamp: 1 }],
        params: [{ key: 'optimizer', value: optimizer }],
        tags: [{ key: 'team', value: team }],
      });
    }
  });

  const search = async (filter: string, fields: object = {}) => {
    const answer = await call('/runs/search', { experiment_ids: [experiment], filter, ...fields });
    return answer.status === 200
      ? answer.json.runs.map((run: { info: { run_id: string } }) => names[run.info.run_id])
      : answer.json.message;
  };

  test.each<[string, string[]]>([
    ['', ['bare', 'endless', 'broken', 'high', 'low']],
    ['metrics.`val/loss` < 0.5', ['low']],
    ['metric."val/loss" >= 0.9', ['endless', 'high']],
    ['metrics.`val/loss` != 0.9', ['endless', 'broken', 'low']],
    ["params.optimizer = 'adam'", ['endless', 'low']],
    ["params.optimizer != 'adam'", ['broken', 'high']],
    ["params.optimizer LIKE 'ada%'", ['endless', 'low']],
    ["parameter.optimizer ilike 'ADA%'", ['endless', 'broken', 'low']],
    ["tags.team = 'search' AND params.optimizer = 'Adamax'", ['broken']],
    ["tag.team = 'o''hare'", ['high']],
    ['tags.team = "o\'hare"', ['high']],
    ["tags.mlflow.runName = 'bare'", ['bare']],
    ["attributes.run_name = 'low'", ['low']],
    ["run_name LIKE '%o%' and status = 'RUNNING'", ['broken', 'low']],
    ['start_time > 101 and attributes.start_time <= 103', ['endless', 'broken']],
    ['start_time > 101.5', ['bare', 'endless', 'broken']],
    ["user_id = 'ann' and artifact_uri LIKE '%/artifacts' and end_time > 0", []],
    ["tags.nothing = 'x'", []],
    ["params.optimizer LIKE 'a\\'", []],
  ])('%s', async (filter, expected) => {
    const found = await search(filter);
    if (filter.endsWith("\\'")) expect(found).toMatch(/^the database refuses a value: LIKE pattern must not end/);
    else expect(found).toEqual(expected);
  });

  test('finds a run by its id', async () => {
    const [id] = Object.keys(names);
    expect(await search(`run_id = '${id}'`)).toEqual(['low']);
  });

  test.each<[string[], string[]]>([
    [['metrics.`val/loss` ASC'], ['low', 'high', 'endless', 'broken', 'bare']],
    [['metrics.`val/loss` DESC'], ['endless', 'high', 'low', 'broken', 'bare']],
    [
      ['params.optimizer', 'start_time ASC'],
      ['broken', 'low', 'endless', 'high', 'bare'],
    ],
    [['attributes.start_time asc'], ['low', 'high', 'broken', 'endless', 'bare']],
    [['run_name desc'], ['low', 'high', 'endless', 'broken', 'bare']],
  ])('orders by %j', async (order_by, expected) => {
    expect(await search('', { order_by })).toEqual(expected);
  });

  test.each<[string, string[], string[]]>([
    ['metrics.`val/loss` > 0', ['metrics.`val/loss` DESC'], ['endless', 'high', 'low']],
    ['metrics.`val/loss` < 1 AND metrics.`val/loss` > 0.1', ['metrics.`val/loss`'], ['high']],
    ['metrics.`val/loss` != 0.9', ['metrics.`val/loss` DESC'], ['endless', 'low', 'broken']],
    ['metrics.`val/loss` != 0.9', ['metrics.`val/loss`'], ['low', 'endless', 'broken']],
    ['metrics.`val/loss` != 0.9 AND metrics.`val/loss` >= 0.1', ['metrics.`val/loss` DESC'], ['endless', 'low']],
    ['metrics.`val/loss` > 0', ['tags.team DESC', 'params.optimizer'], ['high', 'endless', 'low']],
    ['tags.team IS NULL', ['tags.team DESC', 'params.optimizer'], ['bare']],
    ["params.optimizer != 'sgd'", ['params.optimizer DESC'], ['endless', 'low', 'broken']],
    ["metrics.optimizer > 0 AND params.optimizer = 'sgd'", ['metrics.optimizer DESC'], []],
  ])('of %s, orders by %j', async (filter, order_by, expected) => {
    expect(await search(filter, { order_by })).toEqual(expected);
  });

  test('gives pages', async () => {
    const body = { experiment_ids: [experiment], max_results: 3, order_by: ['start_time ASC'] };
    const first = (await call('/runs/search', body)).json;
    const second = (await call('/runs/search', { ...body, page_token: first.next_page_token })).json;
    const found = [...first.runs, ...second.runs].map((run) => names[run.info.run_id]);
    expect([found, second.next_page_token]).toEqual([['low', 'high', 'broken', 'endless', 'bare'], undefined]);
  });

  test('looks only where it is told', async () => {
    expect(await search('', { experiment_ids: [] })).toEqual([]);
    expect(await search('', { experiment_ids: ['123456'] })).toEqual([]);
    expect(await search('', { run_view_type: 'DELETED_ONLY' })).toEqual([]);
    expect(await search('', { experiment_ids: ['x'] })).toBe(
      "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
    );
  });

  const attributes =
    'run_id, run_name, status, user_id, artifact_uri, start_time, end_time, created, Created, run name, Run name, Run Name';
  test.each([
    [
      'metrics.loss',
      'Invalid filter at position 13: expected one of =, !=, <, <=, >, >=, got the end in "metrics.loss"',
    ],
    ["metrics.loss > 'a'", `Invalid filter at position 16: expected a number, got ''a'' in "metrics.loss > 'a'"`],
    ['metrics.loss > 1x', 'Invalid filter at position 16: expected a number, got \'1x\' in "metrics.loss > 1x"'],
    [
      'params.a = 1',
      'Invalid filter at position 12: expected a value in single or double quotes, got \'1\' in "params.a = 1"',
    ],
    [
      "params.a > 'x'",
      `Invalid filter at position 10: expected one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL, got '> 'x'' in "params.a > 'x'"`,
    ],
    [
      "params.a = 'x' OR params.b = 'y'",
      `Invalid filter at position 16: expected AND or the end, got 'OR params.b = 'y'' in "params.a = 'x' OR params.b = 'y'"`,
    ],
    [
      "things.a = 'x'",
      `Invalid filter at position 1: expected one of metric, metrics, param, params, parameter, parameters, tag, tags, attribute, attributes, attr, run, dataset, datasets, got 'things.a = 'x'' in "things.a = 'x'"`,
    ],
    ["constructor.a = 'x'", expect.stringContaining('expected one of metric, metrics')],
    [
      "colour = 'x'",
      `Invalid filter at position 1: expected an attribute, one of ${attributes}, got 'colour = 'x'' in "colour = 'x'"`,
    ],
    [
      "params.a = 'x",
      `Invalid filter at position 12: expected a value in single or double quotes, got ''x' in "params.a = 'x"`,
    ],
    ['; drop table runs', expect.stringContaining('Invalid filter at position 1: expected a name')],
  ])('refuses the filter %s', async (filter, message) => {
    expect(await search(filter)).toEqual(message);
  });

  test('refuses an order that is none', async () => {
    expect(await search('', { order_by: ['start_time SIDEWAYS'] })).toBe(
      'Invalid order_by at position 12: expected ASC, DESC or the end, got \'SIDEWAYS\' in "start_time SIDEWAYS"',
    );
    expect(await search('', { order_by: ['start_time', 'created'] })).toBe(
      '`order_by` contains duplicate fields: ["start_time","created"]',
    );
  });
});

describe('artifacts', () => {
  let run_id: string;
  let root: string;
  beforeAll(async () => {
    const experiment = await newExperiment();
    run_id = await newRun(experiment);
    root = `${proxy}/${experiment}/${run_id}/artifacts`;
  });

  const upload = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
    registry.send('PUT', `${root}/${path}`, { body });
  const chunked = (mebibytes: number) => {
    let left = mebibytes;
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(mebibyte)) : controller.close()),
    });
    return { body, duplex: 'half' } as RequestInit;
  };

  test('takes, lists, gives back and deletes them', async () => {
    expect((await upload('model/weights.bin', 'weights')).status).toBe(200);
    expect((await upload('note.txt', 'a note')).status).toBe(200);
    expect((await upload('empty', '')).status).toBe(200);
    const listed = await read(`/artifacts/list?run_id=${run_id}`);
    expect(listed.json.files).toEqual([
      { path: 'empty', is_dir: false, file_size: 0 },
      { path: 'model', is_dir: true },
      { path: 'note.txt', is_dir: false, file_size: 6 },
    ]);
    expect((await read(`/artifacts/list?run_id=${run_id}&path=model`)).json.files).toEqual([
      { path: 'model/weights.bin', is_dir: false, file_size: 7 },
    ]);
    const inside = root.slice(proxy.length + 1);
    expect((await registry.get(`${proxy}?path=${inside}/model`)).json.files).toEqual([
      { path: 'weights.bin', is_dir: false, file_size: 7 },
    ]);
    const got = await registry.get(`${root}/note.txt`);
    expect([got.body, got.headers.get('content-length'), got.headers.get('x-content-type-options')]).toEqual([
      'a note',
      '6',
      'nosniff',
    ]);
    await registry.send('DELETE', `${root}/model`);
    expect((await registry.get(`${root}/model/weights.bin`)).status).toBe(404);
  });

  test('takes JSON as an artifact like any other', async () => {
    const headers = { 'content-type': 'application/json' };
    await registry.send('PUT', `${root}/table.json`, { headers, body: '{"not": "parsed"' });
    expect((await registry.get(`${root}/table.json`)).body).toBe('{"not": "parsed"');
  });

  test('refuses one that is too large, whether it says so or not, and keeps nothing of it', async () => {
    const message = 'The artifact is larger than 8 MiB; raise MAX_UPLOAD_MIB, or write it to the bucket directly';
    const declared = await upload('large', new Uint8Array(8 * mebibyte + 1));
    expect(errorOf(declared)).toEqual([413, 'INVALID_PARAMETER_VALUE', message]);
    const undeclared = await registry.send('PUT', `${root}/large`, chunked(30));
    expect(errorOf(undeclared)).toEqual([413, 'INVALID_PARAMETER_VALUE', message]);
    expect((await registry.send('PUT', `${root}/fits`, chunked(8))).status).toBe(200);
    expect((await registry.get(`${root}/large`)).status).toBe(404);
    expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
  });

  test('takes the whole body of an upload that it refuses, so that the client comes to read why', async () => {
    const { hostname, port } = new URL(registry.url);
    const headers = { 'content-length': 8 * mebibyte };
    const upload = request({ hostname, port, method: 'PUT', path: `${root}/a//b`, headers });
    upload.end(Buffer.alloc(8 * mebibyte));
    const [[response]] = await Promise.all([once(upload, 'response'), once(upload, 'finish')]);
    expect(response.resume().statusCode).toBe(400);
  });

  test.each(['..%2f..%2fetc%2fpasswd', '%2e%2e%2fx', 'a%5c..%5cb', 'a//b', '%00'])(
    'refuses the path %s',
    async (path) => {
      expect(errorOf(await upload(path, 'x'))).toEqual([400, 'INVALID_PARAMETER_VALUE', 'Invalid path']);
      expect(errorOf(await registry.get(`${root}/${path}`))).toEqual([400, 'INVALID_PARAMETER_VALUE', 'Invalid path']);
      expect((await read(`/artifacts/list?run_id=${run_id}&path=${path}`)).status).toBe(400);
    },
  );

  test('refuses a path whose dots no client has resolved', async () => {
    const { hostname, port } = new URL(registry.url);
    const [response] = await once(request({ hostname, port, path: `${root}/../../x` }).end(), 'response');
    expect(response.resume().statusCode).toBe(400);
  });

  test('says what is not there, and what it does not serve', async () => {
    expect((await read(`/artifacts/list?run_id=${'0'.repeat(32)}`)).status).toBe(404);
    const { experiment_id } = (
      await call('/experiments/create', { name: 'elsewhere', artifact_location: 's3://bucket/there' })
    ).json;
    const elsewhere = await newRun(experiment_id);
    expect(errorOf(await read(`/artifacts/list?run_id=${elsewhere}`))).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      `Artifacts at 's3://bucket/there/${elsewhere}/artifacts' are not served here, only those below 'mlflow-artifacts:/'; read them from there`,
    ]);
  });
});

test('says what it is', async () => {
  expect((await registry.get('/health')).body).toBe('OK');
  expect((await registry.get('/version')).body).toMatch(/^3\.\d+\.\d+$/);
  expect((await registry.get('/api/3.0/mlflow/server-info')).json).toMatchObject({ store_type: 'SqlStore' });
});

test('leaves a schema that is newer than it as it is, so that an older replica may start again', async () => {
  const database = await postgres.createDatabase('newer');
  const { log, lines } = readableLog();
  const next = { up: async () => undefined };
  await migrate({ database, migrations: { ...migrations, '9999-next': next }, log });
  await migrate({ database, migrations, log });
  expect(lines.map((line) => JSON.parse(line).migration)).toEqual([...Object.keys(migrations), '9999-next']);
});
