import { S3ObjectStore } from '../../services/kit/object-store-s3';
import { findS3Server, s3Skipped, startS3, type TestS3 } from '../harness/s3';
import { errorOf, startRegistry, type TestRegistry } from './support/registry';
import type { Answer } from './support/serve';

const api = '/api/2.0/mlflow';
const files = '/api/2.0/mlflow-artifacts';
const docs = 'See the API docs for more information about request parameters.';
const [invalid, absent, bad] = ['INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST', 'BAD_REQUEST'];
const noModel = `m-${'0'.repeat(32)}`;

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry?.stop());

const json = (body: object) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
const call = (path: string, body: object = {}) => registry.post(api + path, body);
const read = (path: string) => registry.get(api + path);
const patchModel = (path: string, body: object) => registry.send('PATCH', `${api}/logged-models/${path}`, json(body));
const remove = (path: string) => registry.send('DELETE', `${api}/logged-models/${path}`);
const keyed = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => ({ key, value }));

let made = 0;
const newExperiment = async (fields: object = {}) =>
  (await call('/experiments/create', { name: `models-${made++}`, ...fields })).json.experiment_id as string;
const newRun = async (experiment_id: string) =>
  (await call('/runs/create', { experiment_id })).json.run.info.run_id as string;
const newModel = async (experiment_id: string, fields: object = {}) =>
  (await call('/logged-models', { experiment_id, ...fields })).json.model.info.model_id as string;
const modelOf = async (id: string) => (await read(`/logged-models/${id}`)).json.model;
const namesOf = ({ status, json }: Answer) =>
  status === 200 ? json.models.map((model: { info: { name: string } }) => model.info.name) : json.message;

describe('a logged model', () => {
  let experiment: string;
  beforeAll(async () => {
    experiment = await newExperiment();
  });

  test('is made with all that was said of it, and lies below its experiment', async () => {
    const source_run_id = await newRun(experiment);
    const created = await call('/logged-models', {
      experiment_id: experiment,
      name: 'classifier',
      model_type: 'agent',
      source_run_id,
      params: keyed({ depth: '3', C: '1.0' }),
      tags: keyed({ team: 'search' }),
    });
    const { info, data } = created.json.model;
    expect(info).toEqual({
      model_id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
      experiment_id: experiment,
      name: 'classifier',
      creation_timestamp_ms: expect.any(Number),
      last_updated_timestamp_ms: info.creation_timestamp_ms,
      artifact_uri: `mlflow-artifacts:/${experiment}/models/${info.model_id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: 'agent',
      source_run_id,
      tags: keyed({ team: 'search' }),
    });
    expect(data).toEqual({ params: keyed({ depth: '3', C: '1.0' }), metrics: [] });
    expect((await modelOf(info.model_id)).info).toEqual(info);
    expect((await modelOf(info.model_id)).data.params).toEqual(expect.arrayContaining(data.params));
  });

  test('gets a name when it has none, and takes names that others have', async () => {
    const [first, second] = [await newModel(experiment), await newModel(experiment, { name: '' })];
    expect((await modelOf(first)).info.name).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    await newModel(experiment, { name: 'twice' });
    expect((await modelOf(await newModel(experiment, { name: 'twice' }))).info.name).toBe('twice');
    expect(first).not.toBe(second);
  });

  test('lies where its experiment says', async () => {
    const elsewhere = await newExperiment({ artifact_location: 's3://bucket/there/' });
    const id = await newModel(elsewhere);
    expect((await modelOf(id)).info.artifact_uri).toBe(`s3://bucket/there/models/${id}/artifacts`);
    expect((await read(`/logged-models/${id}/artifacts/directories`)).json.message).toContain('are not served here');
  });

  test.each(['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"])('is not named %s', async (name) => {
    const message = `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`;
    expect(errorOf(await call('/logged-models', { experiment_id: experiment, name }))).toEqual([400, invalid, message]);
  });

  test('is refused with values that no column takes, twice the same key, or no experiment', async () => {
    const refusal = async (fields: object) =>
      errorOf(await call('/logged-models', { experiment_id: experiment, ...fields }));
    expect(await refusal({ name: 'x'.repeat(501) })).toEqual([
      400,
      bad,
      "'name' exceeds the maximum length of 500 characters",
    ]);
    expect((await refusal({ tags: keyed({ ['k'.repeat(256)]: '' }) }))[1]).toBe(bad);
    const twice = [...keyed({ a: '1' }), ...keyed({ a: '1' })];
    expect(await refusal({ params: twice })).toEqual([400, bad, "The param 'a' of a logged model is given twice"]);
    expect((await refusal({ tags: twice }))[1]).toBe(bad);
    expect(await refusal({ experiment_id: '' })).toEqual([
      400,
      invalid,
      `Missing value for required parameter 'experiment_id'. ${docs}`,
    ]);
    expect(await refusal({ experiment_id: '987654' })).toEqual([404, absent, 'No Experiment with id=987654 exists']);
    expect((await refusal({ experiment_id: 'x' }))[1]).toBe(invalid);
    const deleted = await newExperiment();
    await call('/experiments/delete', { experiment_id: deleted });
    expect(await refusal({ experiment_id: deleted })).toEqual([
      400,
      invalid,
      `The experiment ${deleted} must be in the 'active' state. Current state is deleted.`,
    ]);
  });

  test('is ready or failed when its files are there or not', async () => {
    const model_id = await newModel(experiment);
    const finalize = async (status: unknown) => {
      const { status: code, json } = await patchModel(model_id, { model_id, status });
      return code === 200 ? json.model.info.status : [json.error_code, json.message];
    };
    expect(await finalize('LOGGED_MODEL_READY')).toBe('LOGGED_MODEL_READY');
    expect(await finalize(3)).toBe('LOGGED_MODEL_UPLOAD_FAILED');
    expect((await modelOf(model_id)).info.status).toBe('LOGGED_MODEL_UPLOAD_FAILED');
    for (const wrong of [4, 'READY-ISH', true]) expect((await finalize(wrong))[0]).toBe(invalid);
    expect(await finalize(undefined)).toEqual([invalid, `Missing value for required parameter 'status'. ${docs}`]);
    const other = await newModel(experiment);
    expect((await patchModel(model_id, { model_id: other, status: 2 })).status).toBe(400);
    expect((await modelOf(other)).info.status).toBe('LOGGED_MODEL_PENDING');
  });

  test('takes tags again and again, params once', async () => {
    const model_id = await newModel(experiment, { tags: keyed({ a: '1' }), params: keyed({ p: '1' }) });
    const log = (params: object[]) => call(`/logged-models/${model_id}/params`, { model_id, params });
    await patchModel(`${model_id}/tags`, { tags: [...keyed({ a: '2', 'b/c': '3' }), ...keyed({ a: '4' })] });
    expect((await modelOf(model_id)).info.tags).toEqual(keyed({ a: '4', 'b/c': '3' }));
    expect((await remove(`${model_id}/tags/b%2Fc`)).json).toEqual({});
    expect(errorOf(await remove(`${model_id}/tags/b%2Fc`))).toEqual([
      404,
      absent,
      `No tag with key 'b/c' found for model with ID '${model_id}'.`,
    ]);
    expect((await log(keyed({ q: '2' }))).json).toEqual({});
    // The second may not change anything, not even that which is new.
    expect(errorOf(await log(keyed({ r: '1', p: '1' })))[1]).toBe(bad);
    expect((await modelOf(model_id)).data.params).toEqual(keyed({ p: '1', q: '2' }));
    expect((await log([])).json).toEqual({});
  });

  test('is deleted: gone for who does not ask for deleted ones, and for searches', async () => {
    const model_id = await newModel(experiment, { name: 'gone' });
    expect((await remove(model_id)).json).toEqual({});
    expect(errorOf(await read(`/logged-models/${model_id}`))).toEqual([
      404,
      absent,
      `Logged model with ID '${model_id}' not found.`,
    ]);
    expect((await read(`/logged-models/${model_id}?allow_deleted=true`)).json.model.info.name).toBe('gone');
    expect((await read(`/logged-models/${model_id}/artifacts/directories`)).status).toBe(404);
    expect(namesOf(await call('/logged-models/search', { experiment_ids: [experiment] }))).not.toContain('gone');
  });

  test('that is not there is 404 for every call', async () => {
    const answers = [
      read(`/logged-models/${noModel}`),
      read(`/logged-models/${noModel}/artifacts/directories`),
      remove(noModel),
      remove(`${noModel}/tags/a`),
      patchModel(noModel, { model_id: noModel, status: 2 }),
      patchModel(`${noModel}/tags`, { tags: keyed({ a: '1' }) }),
      call(`/logged-models/${noModel}/params`, { model_id: noModel, params: keyed({ a: '1' }) }),
    ];
    const expected = [404, absent, `Logged model with ID '${noModel}' not found.`];
    expect((await Promise.all(answers)).map(errorOf)).toEqual(answers.map(() => expected));
  });

  test('lists its files, and becomes a version that leads to them', async () => {
    const source_run_id = await newRun(experiment);
    const model_id = await newModel(experiment, { source_run_id });
    const root = `${files}/artifacts/${experiment}/models/${model_id}/artifacts`;
    await registry.send('PUT', `${root}/MLmodel`, { body: 'flavors' });
    await registry.send('PUT', `${root}/data/weights.bin`, { body: '12345' });
    const list = (path = '') => read(`/logged-models/${model_id}/artifacts/directories${path}`);
    expect((await list()).json).toEqual({
      root_uri: `mlflow-artifacts:/${experiment}/models/${model_id}/artifacts`,
      files: [
        { path: 'MLmodel', is_dir: false, file_size: 7 },
        { path: 'data', is_dir: true },
      ],
    });
    const inData = [{ path: 'data/weights.bin', is_dir: false, file_size: 5 }];
    expect((await list('?artifact_directory_path=data')).json.files).toEqual(inData);
    expect((await list('?artifact_directory_path=data/')).json.files).toEqual(inData);
    expect((await list('?artifact_directory_path=../..')).status).toBe(400);

    await call('/registered-models/create', { name: 'from-logged' });
    const version = { name: 'from-logged', source: `models:/${model_id}`, model_id };
    const created = await call('/model-versions/create', version);
    expect(created.json.model_version.run_id).toBe(source_run_id);
    const uri = await read('/model-versions/get-download-uri?name=from-logged&version=1');
    expect(uri.json.artifact_uri).toBe(`mlflow-artifacts:/${experiment}/models/${model_id}/artifacts`);
    expect((await modelOf(model_id)).info.tags).toEqual(
      keyed({ 'mlflow.modelVersions': '[{"name": "from-logged", "version": 1}]' }),
    );
    await remove(model_id);
    expect((await call('/model-versions/create', version)).status).toBe(404);
    const tags = keyed({ 'mlflow.prompt.is_prompt': 'true' });
    await call('/registered-models/create', { name: 'asked', tags });
    const prompt = { name: 'asked', source: 'dummy-source', model_id: noModel, tags };
    expect((await call('/model-versions/create', prompt)).status).toBe(200);
  });
});

describe('search of logged models', () => {
  let experiment: string;
  let run_id: string;
  const ids: string[] = [];
  beforeAll(async () => {
    experiment = await newExperiment();
    run_id = await newRun(experiment);
    for (const [i, stage] of ['dev', 'dev', 'prod'].entries()) {
      const fields = {
        name: `m${i}`,
        params: keyed({ depth: String(i) }),
        tags: keyed({ stage }),
        model_type: `t${i}`,
      };
      ids.push(await newModel(experiment, fields));
    }
    const point = (i: number, step: number, value: number, fields: object = {}) => ({
      key: 'val/rmse',
      value,
      timestamp: 1000 + step,
      step,
      model_id: ids[i],
      dataset_name: 'test',
      ...fields,
    });
    const metrics = [
      point(0, 1, 0.1, { dataset_digest: 'd1' }),
      point(0, 2, 0.9, { dataset_digest: 'd2' }),
      point(1, 1, 0.2, { dataset_digest: 'd1' }),
      point(1, 2, 0.8, { dataset_digest: 'd2' }),
      { key: 'val/rmse', value: 'NaN', timestamp: 1, step: 0, model_id: ids[2] },
    ];
    expect((await call('/runs/log-batch', { run_id, metrics })).status).toBe(200);
    await patchModel(ids[2] ?? '', { model_id: ids[2], status: 'LOGGED_MODEL_READY' });
  });

  const search = (fields: object = {}) => call('/logged-models/search', { experiment_ids: [experiment], ...fields });
  const byName = [{ field_name: 'name' }];

  test('shows every point of a metric, and what it was measured on', async () => {
    const [model] = (await search({ filter: "name = 'm0'" })).json.models;
    const point = { key: 'val/rmse', dataset_name: 'test', model_id: ids[0], run_id };
    expect(model.data.metrics).toEqual([
      { ...point, value: 0.1, timestamp: 1001, step: 1, dataset_digest: 'd1' },
      { ...point, value: 0.9, timestamp: 1002, step: 2, dataset_digest: 'd2' },
    ]);
    expect((await modelOf(ids[2] ?? '')).data.metrics).toEqual([
      { key: 'val/rmse', value: 'NaN', timestamp: 1, step: 0, model_id: ids[2], run_id },
    ]);
  });

  test.each([
    ['', 'm0 m1 m2'],
    ["name = 'm1'", 'm1'],
    ["attributes.name LIKE 'm%' AND name != 'm0'", 'm1 m2'],
    ["name ILIKE 'M_'", 'm0 m1 m2'],
    ["params.depth IN ('0', '2')", 'm0 m2'],
    ["params.`depth` NOT IN ('0', '2')", 'm1'],
    ["tags.stage = 'dev' and params.depth != '0'", 'm1'],
    ["tags.stage LIKE 'pr%'", 'm2'],
    ["status = 'READY'", 'm2'],
    ["model_type IN ('t0', 't1')", 'm0 m1'],
    ['metrics.`val/rmse` > 0.85', 'm0'],
    // Any point counts, not the last one alone.
    ['metrics.`val/rmse` < 0.15 AND metrics.`val/rmse` > 0.85', 'm0'],
    ['metrics.`val/rmse` >= 0.1', 'm0 m1'],
    ['creation_timestamp > 0 AND last_updated_timestamp > 1000', 'm0 m1 m2'],
    ['creation_time < 5', ''],
    ["tags.none = 'x'", ''],
  ])('finds by %j', async (filter, expected) => {
    expect(namesOf(await search({ filter, order_by: byName })).join(' ')).toBe(expected);
  });

  test('finds by an id, and in the experiments that it is told', async () => {
    expect(namesOf(await search({ filter: `model_id = '${ids[1]}'` }))).toEqual(['m1']);
    const other = await newExperiment();
    const there = await newModel(other, { name: 'other' });
    expect(namesOf(await call('/logged-models/search', { experiment_ids: [other] }))).toEqual(['other']);
    const both = { experiment_ids: [experiment, other], filter: `model_id = '${there}'` };
    expect(namesOf(await call('/logged-models/search', both))).toEqual(['other']);
    expect(namesOf(await call('/logged-models/search', { ...both, filter: `experiment_id = '${other}'` }))).toEqual([
      'other',
    ]);
    const byExperiment = { order_by: [{ field_name: 'experiment_id' }, { field_name: 'name' }], filter: '' };
    expect(namesOf(await call('/logged-models/search', { ...both, ...byExperiment }))).toEqual([
      'm0',
      'm1',
      'm2',
      'other',
    ]);
    expect(namesOf(await call('/logged-models/search', { experiment_ids: [] }))).toEqual([]);
  });

  test.each([
    [[{ dataset_name: 'test', dataset_digest: 'd1' }], 'metrics.`val/rmse` > 0.5', []],
    [[{ dataset_name: 'test', dataset_digest: 'd2' }], 'metrics.`val/rmse` > 0.85', ['m0']],
    [[{ dataset_name: 'test' }], 'metrics.`val/rmse` > 0.5', ['m0', 'm1']],
    [[{ dataset_name: 'none' }, { dataset_name: 'test' }], '', ['m0', 'm1']],
    [[{ dataset_name: 'test', dataset_digest: 'd3' }], '', []],
    [[{ dataset_name: 'test' }], "params.depth = '1'", ['m1']],
  ])('counts metrics on %j only: %s', async (datasets, filter, expected) => {
    expect(namesOf(await search({ datasets, filter, order_by: byName }))).toEqual(expected);
  });

  test.each([
    [[], ['m2', 'm1', 'm0']],
    [byName, ['m0', 'm1', 'm2']],
    [[{ field_name: 'name', ascending: false }], ['m2', 'm1', 'm0']],
    // The latest point counts: 0.9, 0.8 and NaN, which is larger than any number.
    [[{ field_name: 'metrics.val/rmse' }], ['m1', 'm0', 'm2']],
    [[{ field_name: 'metrics.val/rmse', dataset_name: 'test', dataset_digest: 'd1' }], ['m0', 'm1', 'm2']],
    [[{ field_name: 'metrics.val/rmse', ascending: false, dataset_name: 'test' }], ['m0', 'm1', 'm2']],
    [
      [{ field_name: 'metrics.none' }, { field_name: 'creation_time' }],
      ['m0', 'm1', 'm2'],
    ],
    // By the numbers of the protocol: pending comes before ready.
    [
      [{ field_name: 'status', ascending: false }, { field_name: 'name' }],
      ['m2', 'm0', 'm1'],
    ],
  ])('orders by %j', async (order_by, expected) => {
    expect(namesOf(await search({ order_by }))).toEqual(expected);
  });

  test('gives pages, and takes a token for the query alone that it was given for', async () => {
    const first = await search({ order_by: byName, max_results: 2 });
    expect(namesOf(first)).toEqual(['m0', 'm1']);
    const page_token = first.json.next_page_token;
    const rest = await search({ order_by: byName, max_results: 2, page_token });
    expect([namesOf(rest), rest.json.next_page_token]).toEqual([['m2'], undefined]);
    for (const other of [
      { filter: "name = 'm0'", order_by: byName },
      { order_by: [] },
      { experiment_ids: ['0'], order_by: byName },
    ])
      expect(errorOf(await search({ ...other, page_token }))[2]).toContain('page token does not match the request');
    for (const token of ['x', 'e30=', Buffer.from('{"offset":-1,"query":""}').toString('base64')])
      expect(errorOf(await search({ page_token: token }))).toEqual([
        400,
        invalid,
        'Invalid page token, it is not one that this server gave',
      ]);
    expect(namesOf(await search({ max_results: 0 }))).toHaveLength(3);
    expect((await search({ max_results: -1 })).status).toBe(400);
  });

  test.each([
    [{ filter: 'metrics.x > ' }, /^Invalid filter at position 13: expected a number/],
    [{ filter: 'metrics.x LIKE 1' }, /^Invalid filter at position 11: expected one of =, !=, <, <=, >, >=/],
    [{ filter: "nothing = 'x'" }, /^Invalid filter at position 1: expected an attribute, one of model_id, name/],
    [
      { filter: "datasets.name = 'x'" },
      /^Invalid filter at position 1: expected one of attributes, metrics, params, tags/,
    ],
    [{ filter: 'params.x IS NULL' }, /^Invalid filter at position 10/],
    [
      { order_by: [{ field_name: 'params.x' }] },
      /^Invalid order by field name: params.x. Only metrics are supported.$/,
    ],
    [{ order_by: [{ field_name: 'nothing' }] }, /^Invalid order by field name: nothing$/],
    [{ order_by: [{ field_name: 'constructor' }] }, /^Invalid order by field name: constructor$/],
    [{ datasets: [{ dataset_digest: 'd1' }] }, /^`dataset_name` in the `datasets` clause must be specified.$/],
    [{ experiment_ids: ['x'] }, /^Invalid experiment ID 'x'/],
    [{ experiment_ids: undefined }, /^Missing value for required parameter 'experiment_ids'/],
    [{ order_by: 'name' }, /^Invalid value for parameter 'order_by' supplied/],
  ])('refuses %j', async (fields, message) => {
    expect(errorOf(await search(fields))).toEqual([400, invalid, expect.stringMatching(message)]);
  });
});

test('keeps artifacts to the proxy unless it is told otherwise', async () => {
  const info = (await registry.get('/api/3.0/mlflow/server-info')).json;
  expect(info).toEqual({
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: false,
    multipart_downloads_enabled: false,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
  });
  const upload = await registry.post(`${files}/mpu/create/0/x`, { path: 'weights.bin', num_parts: 2 });
  const message = (what: string) => `Multipart ${what} is not supported for the current artifact repository`;
  expect(errorOf(upload)).toEqual([501, 'NOT_IMPLEMENTED', message('upload')]);
  expect(errorOf(await registry.get(`${files}/presigned/0/x`))).toEqual([501, 'NOT_IMPLEMENTED', message('download')]);
});

(findS3Server() ? describe : describe.skip)(findS3Server() ? 'past the proxy' : `skipped: ${s3Skipped}`, () => {
  let s3: TestS3;
  let direct: TestRegistry;
  beforeAll(async () => {
    s3 = await startS3();
    direct = await startRegistry(new S3ObjectStore(s3.config));
  });
  afterAll(async () => {
    await direct?.stop();
    await s3?.stop();
  });

  const mpu = (step: string, body: object, folder = '0/run/artifacts/data') =>
    direct.post(`${files}/mpu/${step}/${folder}`, { path: '/home/me/weights ü.bin', ...body });
  const put = async (url: string, body: Uint8Array<ArrayBuffer>) => (await fetch(url, { method: 'PUT', body })).headers;
  const key = '0/run/artifacts/data/weights%20%C3%BC.bin';
  const proxied = () => direct.get(`${files}/artifacts/${key}`);

  test('takes parts by URLs that it signs: the object is there when they are put together, not before', async () => {
    expect((await direct.get('/api/3.0/mlflow/server-info')).json).toMatchObject({
      multipart_uploads_enabled: true,
      multipart_downloads_enabled: true,
    });
    const parts = [new Uint8Array(5 * 1024 * 1024).fill(65), new Uint8Array(3).fill(66)];
    const { upload_id, credentials } = (await mpu('create', { num_parts: 2 })).json;
    expect(credentials.map((c: { part_number: number; headers: object }) => [c.part_number, c.headers])).toEqual([
      [1, {}],
      [2, {}],
    ]);
    const etags = await Promise.all(
      parts.map(async (part, i) => ({ part_number: i + 1, etag: (await put(credentials[i].url, part)).get('etag') })),
    );
    expect((await proxied()).status).toBe(404);
    const done = await mpu('complete', { upload_id, parts: etags.reverse() });
    expect([done.status, done.json]).toEqual([200, {}]);
    const { body, headers } = await proxied();
    expect([headers.get('content-length'), body.slice(-4)]).toEqual([String(5 * 1024 * 1024 + 3), 'ABBB']);

    const { url, headers: needed, file_size } = (await direct.get(`${files}/presigned/${key}`)).json;
    expect([needed, file_size]).toEqual([{}, 5 * 1024 * 1024 + 3]);
    const range = await fetch(url, { headers: { range: 'bytes=5242879-5242880' } });
    expect([range.status, await range.text()]).toEqual([206, 'AB']);
    expect((await fetch(url.replace('weights', 'others'))).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  test('throws away an upload that is aborted, and knows it no more', async () => {
    const { upload_id, credentials } = (await mpu('create', {}, '0/aborted')).json;
    await put(credentials[0].url, new Uint8Array(1));
    expect((await mpu('abort', { upload_id }, '0/aborted')).json).toEqual({});
    const gone = [404, absent, 'No such upload: it was completed or aborted, or never begun'];
    expect(errorOf(await mpu('abort', { upload_id }, '0/aborted'))).toEqual(gone);
    // What a bucket looks at first, the upload or its parts, is its own affair.
    const parts = [{ part_number: 1, etag: 'x' }];
    expect([400, 404]).toContain((await mpu('complete', { upload_id, parts }, '0/aborted')).status);
    expect((await direct.get(`${files}/artifacts?path=0/aborted`)).json.files).toEqual([]);
    expect(errorOf(await direct.get(`${files}/presigned/0/aborted/none`))[1]).toBe(absent);
  });

  test('refuses bad input with 4xx', async () => {
    const refused = await Promise.all([
      mpu('create', { num_parts: 0 }),
      mpu('create', { num_parts: 10_001 }),
      mpu('create', { path: '' }),
      mpu('create', { path: '/home/..' }),
      mpu('create', {}, '%2e%2e/x'),
      mpu('create', {}, '%252e%252e/x'),
      mpu('complete', { upload_id: 'x' }),
      mpu('complete', { upload_id: 'x', parts: [{ part_number: 'one', etag: 'x' }] }),
      mpu('complete', { upload_id: 'never-begun', parts: [{ part_number: 1, etag: 'x' }] }),
      mpu('abort', { upload_id: 'never-begun' }),
      mpu('create', { num_parts: 1, numParts: 2 }),
      direct.get(`${files}/presigned/0/%2e%2e/x`),
    ]);
    expect(refused.map(({ status }) => status).filter((status) => status < 400 || status > 499)).toEqual([]);
  });
});
