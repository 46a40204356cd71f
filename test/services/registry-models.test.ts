import { errorOf, startRegistry, type TestRegistry } from './support/registry';
import type { Answer } from './support/serve';

const api = '/api/2.0/mlflow';
const promptTag = 'mlflow.prompt.is_prompt';
const docs = 'See the API docs for more information about request parameters.';
const [invalid, absent, taken] = ['INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST', 'RESOURCE_ALREADY_EXISTS'];

let registry: TestRegistry;
// Suites start a Postgres each at once: it may take a while.
beforeAll(async () => {
  registry = await startRegistry();
}, 30_000);
afterAll(() => registry?.stop());

type Method = 'POST' | 'PATCH' | 'DELETE';
const call = (path: string, body: object = {}, method: Method = 'POST') =>
  registry.send(method, api + path, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const read = (path: string, query: Record<string, string | string[]> = {}) => {
  const fields = Object.entries(query).flatMap(([key, values]) =>
    [values].flat().map((value): [string, string] => [key, value]),
  );
  return registry.get(`${api}${path}?${new URLSearchParams(fields)}`);
};

const tagsOf = (tags: Record<string, string>) => Object.entries(tags).map(([key, value]) => ({ key, value }));
let made = 0;
async function newModel(tags: Record<string, string> = {}): Promise<string> {
  const name = `model-${made++}`;
  expect((await call('/registered-models/create', { name, tags: tagsOf(tags) })).status).toBe(200);
  return name;
}
const newVersion = async (name: string, fields: object = {}) =>
  (await call('/model-versions/create', { name, source: 's3://bucket/model', ...fields })).json.model_version;
const model = async (name: string) => (await read('/registered-models/get', { name })).json.registered_model;
const version = async (name: string, number: string) =>
  (await read('/model-versions/get', { name, version: number })).json.model_version;

describe('registered models', () => {
  test('makes one, with the last of its tags of one key, and gives it back', async () => {
    const tags = [...tagsOf({ team: 'search' }), ...tagsOf({ team: 'ads', empty: '' })];
    const body = { name: 'fraud', description: 'finds fraud', tags, unknown_field: 1 };
    const created = (await call('/registered-models/create', body)).json.registered_model;
    expect(created).toEqual({
      name: 'fraud',
      description: 'finds fraud',
      creation_timestamp: expect.any(Number),
      last_updated_timestamp: created.creation_timestamp,
      latest_versions: [],
      tags: tagsOf({ team: 'ads', empty: '' }),
      aliases: [],
    });
    expect(await model('fraud')).toEqual({ ...created, tags: tagsOf({ empty: '', team: 'ads' }) });
  });

  test('lets one of many creates of a name win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        call('/registered-models/create', { name: 'contested', tags: tagsOf({ a: 'b' }) }),
      ),
    );
    const lost = answers.filter(({ status }) => status !== 200).map(errorOf);
    expect(lost).toEqual(Array(11).fill([400, taken, 'Registered Model (name=contested) already exists.']));
  });

  test('renames, with all that belongs to it, and refuses a name that is taken', async () => {
    const [name, other] = [await newModel({ a: '1' }), await newModel()];
    const { last_updated_timestamp: before } = await newVersion(name, { tags: tagsOf({ b: '2' }) });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
    const answer = await call('/registered-models/rename', { name, new_name: 'renamed' });
    expect(answer.json.registered_model).toMatchObject({ name: 'renamed', tags: tagsOf({ a: '1' }) });
    const found = (await read('/registered-models/alias', { name: 'renamed', alias: 'champion' })).json.model_version;
    expect(found).toMatchObject({ name: 'renamed', version: '1', tags: tagsOf({ b: '2' }), aliases: ['champion'] });
    expect(found.last_updated_timestamp).toBeGreaterThanOrEqual(before);
    const again = await call('/registered-models/rename', { name: 'renamed', new_name: other });
    expect(errorOf(again)).toEqual([400, taken, `Registered Model (name=${other}) already exists.`]);
    expect((await read('/registered-models/get', { name })).status).toBe(404);
  });

  test('changes the description and tags', async () => {
    const name = await newModel();
    const changed = await call('/registered-models/update', { name, description: 'better' }, 'PATCH');
    expect(changed.json.registered_model.description).toBe('better');
    await call('/registered-models/set-tag', { name, key: 'team', value: 'search' });
    await call('/registered-models/set-tag', { name, key: 'team', value: 'ads' });
    expect((await model(name)).tags).toEqual(tagsOf({ team: 'ads' }));
    for (const key of ['team', 'none'])
      expect((await call('/registered-models/delete-tag', { name, key }, 'DELETE')).json).toEqual({});
    expect((await model(name)).tags).toEqual([]);
    expect((await call('/registered-models/update', { name }, 'PATCH')).json.registered_model.description).toBe(
      undefined,
    );
  });

  test('deletes it with its versions; a new one of that name starts anew', async () => {
    const name = await newModel();
    await newVersion(name, { tags: tagsOf({ a: '1' }) });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
    expect((await call('/registered-models/delete', { name }, 'DELETE')).json).toEqual({});
    await call('/registered-models/create', { name });
    expect(errorOf(await read('/registered-models/alias', { name, alias: 'champion' }))).toEqual([
      400,
      invalid,
      'Registered model alias champion not found.',
    ]);
    expect(await newVersion(name)).toMatchObject({ version: '1', tags: [] });
  });

  test.each<[string, object, Method, string]>([
    ['get', {}, 'POST', `Missing value for required parameter 'name'. ${docs}`],
    ['create', { name: ' ' }, 'POST', "Missing value for required parameter 'name'."],
    ['create', { name: 'a/b' }, 'POST', "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
    ['create', { name: '..' }, 'POST', expect.stringContaining("This name would resolve to '..'")],
    [
      'create',
      { name: 'x', tags: [{ value: '1' }] },
      'POST',
      expect.stringMatching(/^Invalid value "" for parameter 'key'/),
    ],
    [
      'create',
      { name: 'x', tags: tagsOf({ ['k'.repeat(251)]: '' }) },
      'POST',
      "'key' exceeds the maximum length of 250 characters",
    ],
    [
      'create',
      { name: 'x', tags: tagsOf({ k: 'v'.repeat(100_001) }) },
      'POST',
      "'value' exceeds the maximum length of 100000 characters",
    ],
    ['rename', { name: 'x' }, 'POST', `Missing value for required parameter 'new_name'. ${docs}`],
    ['rename', { name: 'x', new_name: ' ' }, 'POST', "Missing value for required parameter 'new_name'."],
    ['set-tag', { name: 'x', key: 'a/../b' }, 'POST', expect.stringContaining("This name would resolve to 'b'")],
    ['delete-tag', { name: 'x' }, 'DELETE', `Missing value for required parameter 'key'. ${docs}`],
    ['create', { name: 'x\0' }, 'POST', expect.stringContaining('the database refuses a value')],
  ])('%s refuses request %#', async (route, body, method, message) => {
    const answer = await (route === 'get'
      ? read('/registered-models/get')
      : call(`/registered-models/${route}`, body, method));
    expect(errorOf(answer)).toEqual([400, invalid, message]);
  });

  test('says that there is none', async () => {
    const name = 'none';
    const answers = await Promise.all([
      read('/registered-models/get', { name }),
      call('/registered-models/rename', { name, new_name: 'other' }),
      call('/registered-models/update', { name }, 'PATCH'),
      call('/registered-models/delete', { name }, 'DELETE'),
      call('/registered-models/set-tag', { name, key: 'a', value: 'b' }),
      call('/registered-models/delete-tag', { name, key: 'a' }, 'DELETE'),
      call('/registered-models/get-latest-versions', { name }),
      read('/registered-models/alias', { name, alias: 'a' }),
      read('/registered-models/alias', { name, alias: 'latest' }),
      call('/registered-models/alias', { name, alias: 'a' }, 'DELETE'),
      call('/model-versions/create', { name, source: 's3://bucket/model' }),
    ]);
    expect(answers.map(errorOf)).toEqual(answers.map(() => [404, absent, 'Registered Model with name=none not found']));
  });
});

describe('versions', () => {
  test('makes them from 1, with all that was given, and gives them back', async () => {
    const name = await newModel();
    const fields = {
      run_id: 'a'.repeat(32),
      run_link: 'https://runs/1',
      description: 'first',
      tags: tagsOf({ a: '1' }),
    };
    const created = await newVersion(name, fields);
    expect(created).toEqual({
      name,
      version: '1',
      creation_timestamp: expect.any(Number),
      last_updated_timestamp: created.creation_timestamp,
      current_stage: 'None',
      source: 's3://bucket/model',
      status: 'READY',
      aliases: [],
      ...fields,
    });
    expect(await version(name, '1')).toEqual(created);
    expect(await version(name, ' +01')).toEqual(created);
    expect(await newVersion(name)).toMatchObject({ version: '2', run_id: '', run_link: '', description: '' });
    expect((await model(name)).last_updated_timestamp).toBeGreaterThanOrEqual(created.creation_timestamp);
  });

  test('gives versions that are made at once numbers of their own', async () => {
    const name = await newModel();
    const versions = await Promise.all(
      Array.from({ length: 20 }, () => newVersion(name, { tags: tagsOf({ a: '1' }) })),
    );
    const numbers = versions.map((version) => Number(version.version)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('deletes one: its aliases go, its number is not given again, its content is not kept', async () => {
    const name = await newModel();
    await newVersion(name);
    await newVersion(name, { source: 's3://bucket/secret' });
    for (const alias of ['champion', 'other']) await call('/registered-models/alias', { name, alias, version: '2' });
    expect((await call('/model-versions/delete', { name, version: '2' }, 'DELETE')).json).toEqual({});
    const gone = [404, absent, `Model Version (name=${name}, version=2) not found`];
    expect(errorOf(await read('/model-versions/get', { name, version: '2' }))).toEqual(gone);
    expect(errorOf(await call('/model-versions/delete', { name, version: '2' }, 'DELETE'))).toEqual(gone);
    expect((await read('/registered-models/alias', { name, alias: 'champion' })).status).toBe(400);
    expect((await model(name)).aliases).toEqual([]);
    expect(await newVersion(name)).toMatchObject({ version: '3' });
    const found = (await read('/model-versions/search', { filter: `name = '${name}'` })).json.model_versions;
    expect(found.map((version: { version: string }) => version.version)).toEqual(['3', '1']);
    expect(await registry.sql("select 1 from model_versions where source like '%secret%'")).toEqual([]);
  });

  test('changes the description and tags', async () => {
    const name = await newModel();
    await newVersion(name, { description: 'first' });
    const change = (fields: object) => call('/model-versions/update', { name, version: '1', ...fields }, 'PATCH');
    expect((await change({ description: 'second' })).json.model_version.description).toBe('second');
    expect((await change({})).json.model_version.description).toBe(undefined);
    await call('/model-versions/set-tag', { name, version: '1', key: 'a', value: '1' });
    await call('/model-versions/set-tag', { name, version: '1', key: 'b' });
    await call('/model-versions/delete-tag', { name, version: '1', key: 'a' }, 'DELETE');
    await call('/model-versions/delete-tag', { name, version: '1', key: 'none' }, 'DELETE');
    expect((await version(name, '1')).tags).toEqual(tagsOf({ b: '' }));
  });

  test('says that there is none', async () => {
    const name = await newModel();
    const ref = { name, version: '9' };
    const answers = await Promise.all([
      read('/model-versions/get', ref),
      read('/model-versions/get-download-uri', ref),
      call('/model-versions/update', ref, 'PATCH'),
      call('/model-versions/transition-stage', { ...ref, stage: 'Staging' }),
      call('/model-versions/set-tag', { ...ref, key: 'a' }),
      call('/model-versions/delete-tag', { ...ref, key: 'a' }, 'DELETE'),
      call('/registered-models/alias', { ...ref, alias: 'a' }),
    ]);
    expect(answers.map(errorOf)).toEqual(
      answers.map(() => [404, absent, `Model Version (name=${name}, version=9) not found`]),
    );
    const large = { name, version: '9'.repeat(20) };
    expect(errorOf(await read('/model-versions/get', large))[0]).toBe(404);
    expect(errorOf(await read('/model-versions/get', { name, version: '1.5' }))).toEqual([
      400,
      invalid,
      "Parameter 'version' must be an integer, got '1.5'.",
    ]);
  });

  test.each<[object, string]>([
    [{}, `Missing value for required parameter 'source'. ${docs}`],
    [
      { source: 's3://b/x', tags: tagsOf({ 'mlflow.prompt.text': 'v'.repeat(100_001) }) },
      'Prompt text exceeds max length of 100000 characters.',
    ],
    [
      { source: 's3://b/x', runId: 'a', run_id: 'a' },
      "Request specifies both 'run_id' and 'runId'; provide only one of them.",
    ],
  ])('refuses version %#', async (fields, message) => {
    const name = await newModel();
    expect(errorOf(await call('/model-versions/create', { name, ...fields }))).toEqual([400, invalid, message]);
  });

  test('refuses what the columns of MLflow do not take', async () => {
    const name = await newModel();
    const long = (length: number) => 'x'.repeat(length);
    const create = (fields: object) => call('/model-versions/create', { name, source: 's3://b/x', ...fields });
    await newVersion(name);
    const answers = await Promise.all([
      call('/registered-models/create', { name: long(257) }),
      call('/registered-models/rename', { name, new_name: long(257) }),
      call('/registered-models/create', { name: 'long', description: long(5001) }),
      call('/registered-models/update', { name, description: long(5001) }, 'PATCH'),
      call('/model-versions/update', { name, version: '1', description: long(5001) }, 'PATCH'),
      create({ description: long(5001) }),
      create({ source: `s3://b/${long(500)}` }),
      create({ run_id: long(33) }),
      create({ run_link: long(501) }),
    ]);
    const columns = 'name name description description description description source run_id run_link'.split(' ');
    expect(answers.map(errorOf)).toEqual(
      columns.map((column) => [
        400,
        'BAD_REQUEST',
        expect.stringMatching(`^'${column}' exceeds the maximum length of \\d+`),
      ]),
    );
    expect(errorOf(await read('/registered-models/get', { name: long(257) }))[0]).toBe(404);
  });
});

describe('sources', () => {
  let runId: string;
  let root: string;
  beforeAll(async () => {
    const { info } = (await call('/runs/create', { experiment_id: '0' })).json.run;
    runId = info.run_id;
    root = info.artifact_uri;
  });
  const from = async (source: string, fields: object = {}) =>
    call('/model-versions/create', { name: await newModel(), source, ...fields });
  const refusal = async (answer: Promise<Answer>) => {
    const [status, code, message] = errorOf(await answer);
    expect([status, code]).toEqual([400, invalid]);
    return message;
  };

  test.each(['s3://b/x', 's3://b/x//y/', 'gs://b/a b+c', 'dbfs:/x', 's3://b/x?y=..', 'wasbs://c@a/x'])(
    'takes %s as it is',
    async (source) => {
      expect((await from(source)).json.model_version.source).toBe(source);
    },
  );

  test('takes what lies in the run that is named', async () => {
    expect((await from(`${root}/model`, { run_id: runId })).status).toBe(200);
    expect((await from(`runs:/${runId}/model`, { run_id: runId })).status).toBe(200);
  });

  test.each([
    's3://b/../x',
    's3://b/./x',
    's3://b',
    's3://b//',
    's3:b',
    's3://b/a%2f..%2fb',
    's3://b/a%252f%252e%252e%252fb',
    's3://b/a%00',
    'runs:/',
  ])('refuses %s: it is not absolute', async (source) => {
    expect(await refusal(from(source))).toBe(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    );
  });

  test.each(['http://h/x', 'https://localhost/x', 'mlflow-artifacts://h/1', 'hdfs://h/x', 'ftp://h/x', 'r2://b@h/x'])(
    'refuses %s: it names a host',
    async (source) => {
      expect(await refusal(from(source))).toMatch(/^'source' cannot use the '[a-z0-9-]+' scheme: /);
    },
  );

  test('refuses what the run that is named does not have', async () => {
    const unidentified = /The run_id request parameter must identify the resource that contains the source\.$/;
    for (const source of [root, `${root}/../other`, `runs:/${runId}/model`, `mlflow-artifacts:/0/${runId}`]) {
      expect(await refusal(from(source))).toMatch(/run_id request parameter|absolute path/);
      if (source !== root)
        expect(await refusal(from(source, { run_id: 'b'.repeat(32) }))).toMatch(/run_id|absolute path/);
    }
    expect(await refusal(from(`${root}-other/model`, { run_id: runId }))).toMatch(unidentified);
    expect(await refusal(from(`runs://host/${runId}/model`, { run_id: runId }))).toMatch(unidentified);
    expect(await refusal(from(root, { run_id: 'no-run' }))).toMatch(unidentified);
  });

  test('takes a local path within the local folder of the run only', async () => {
    const location = 'file:///mnt/shared';
    const experiment = (await call('/experiments/create', { name: 'local', artifact_location: location })).json
      .experiment_id;
    const { info } = (await call('/runs/create', { experiment_id: experiment })).json.run;
    const inside = `/mnt/shared/${info.run_id}/artifacts/model`;
    expect((await from(inside, { run_id: info.run_id })).status).toBe(200);
    expect((await from(`file://${inside}`, { run_id: info.run_id })).status).toBe(200);
    const outside = /^Invalid model version source: '.*'\. To use a local path as a model version source, the run_id/;
    for (const source of ['/etc', `${inside}/../../../x`, 'file:///mnt/shared'])
      expect(await refusal(from(source, { run_id: info.run_id }))).toMatch(outside);
    expect(await refusal(from(inside))).toMatch(outside);
    expect(await refusal(from(inside, { run_id: runId }))).toMatch(outside);
    expect(await refusal(from('file://elsewhere/x'))).toMatch(/not a valid remote uri/);
  });

  test('copies a version by number, alias, stage and as the latest: the run comes along', async () => {
    const name = await newModel();
    const run_id = 'c'.repeat(32);
    await newVersion(name, { run_id, source: 's3://bucket/one' });
    await newVersion(name, { source: 's3://bucket/two' });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
    await call('/model-versions/transition-stage', { name, version: '1', stage: 'Production' });
    for (const suffix of ['/1', '@champion', '/production']) {
      const copy = (await from(`models:/${name}${suffix}`)).json.model_version;
      expect(copy).toMatchObject({ source: `models:/${name}/1`, run_id });
      const uri = await read('/model-versions/get-download-uri', { name: copy.name, version: '1' });
      expect(uri.json).toEqual({ artifact_uri: 's3://bucket/one' });
    }
    expect((await from(`models:/${name}/latest`)).json.model_version.source).toBe(`models:/${name}/2`);
    const mismatch = `Invalid model version source: 'models:/${name}/1'. The run_id and model_id request parameters must match the referenced model version.`;
    expect(await refusal(from(`models:/${name}/1`, { run_id: 'd'.repeat(32) }))).toBe(mismatch);
    expect(await refusal(from(`models:/${name}/1`, { model_id: 'm-1' }))).toBe(mismatch);
    expect((await from(`models:/${name}/9`)).status).toBe(404);
    expect((await from(`models:/${name}/staging`)).status).toBe(404);
    expect(await refusal(from(`models:/${name}@none`))).toBe('Registered model alias none not found.');
    for (const source of [`models://host/${name}/1`, 'models:/a/b/c', 'models:/'])
      expect(await refusal(from(source))).toMatch(/^Invalid model version source/);
  });

  test('takes a logged model: its run and its files, and tells it of the version', async () => {
    const made = await call('/logged-models', { experiment_id: '0', name: 'logged', source_run_id: runId });
    const { model_id, artifact_uri } = made.json.model.info;
    const [name, other] = [await newModel(), await newModel()];
    const fields = { source: `models:/${model_id}`, model_id };
    expect(await newVersion(name, fields)).toMatchObject({
      version: '1',
      source: `models:/${model_id}`,
      run_id: runId,
    });
    expect(await newVersion(other, { source: `${artifact_uri}/part`, model_id })).toMatchObject({ run_id: runId });
    const uri = await read('/model-versions/get-download-uri', { name, version: '1' });
    expect(uri.json).toEqual({ artifact_uri });
    const { tags } = (await read(`/logged-models/${model_id}`)).json.model.info;
    expect(tags).toEqual([
      { key: 'mlflow.modelVersions', value: `[{"name": "${name}", "version": 1}, {"name": "${other}", "version": 1}]` },
    ]);
    expect(await refusal(from(artifact_uri, { run_id: runId }))).toMatch(/The run_id request parameter must identify/);
    expect(await refusal(from(root, { model_id }))).toMatch(/The model_id request parameter must identify/);
    const copy = (await from(`models:/${name}/1`)).json.model_version;
    expect((await registry.get(`/api/v1/lineage/models/${copy.name}/versions/1`)).json).toMatchObject({
      logged_model_id: model_id,
      run: { run_id: runId },
      artifact_uri,
    });
  });

  test('refuses a logged model that is not there', async () => {
    expect(errorOf(await from('models:/m-1', { model_id: 'm-1' }))).toEqual([
      404,
      absent,
      "Logged model with ID 'm-1' not found.",
    ]);
    expect(await refusal(from('models:/m-1'))).toMatch(/The model_id request parameter must identify/);
    expect(await refusal(from(`runs:/${runId}/m`, { model_id: 'm-1' }))).toMatch(/The model_id request parameter must/);
  });
});

describe('stages', () => {
  const move = (name: string, version: string, stage: string, archive = false) =>
    call('/model-versions/transition-stage', { name, version, stage, archive_existing_versions: archive });
  const stagesOf = async (name: string) => {
    const found = (await read('/model-versions/search', { filter: `name = '${name}'`, order_by: 'version_number' }))
      .json;
    return found.model_versions.map((version: { current_stage: string }) => version.current_stage);
  };

  test('moves a version, in any case, and archives the others on request', async () => {
    const name = await newModel();
    for (let i = 0; i < 4; i++) await newVersion(name);
    await move(name, '1', 'production');
    await move(name, '2', 'Staging');
    expect(await stagesOf(name)).toEqual(['Production', 'Staging', 'None', 'None']);
    await move(name, '3', 'PRODUCTION');
    expect(await stagesOf(name)).toEqual(['Production', 'Staging', 'Production', 'None']);
    expect((await move(name, '4', 'Production', true)).json.model_version).toMatchObject({
      version: '4',
      current_stage: 'Production',
    });
    expect(await stagesOf(name)).toEqual(['Archived', 'Staging', 'Archived', 'Production']);
    const newest = async (stages?: string[]) => {
      const found = await call('/registered-models/get-latest-versions', { name, stages });
      return found.json.model_versions.map((version: { version: string }) => version.version).sort();
    };
    expect(await newest()).toEqual(['2', '3', '4']);
    expect(await newest(['production', 'None'])).toEqual(['4']);
    const versions = (await model(name)).latest_versions.map((version: { version: string }) => version.version);
    expect(versions).toEqual(['2', '3', '4']);
  });

  test('keeps one of many versions that push the others out at once', async () => {
    const name = await newModel();
    for (let i = 0; i < 6; i++) await newVersion(name);
    await Promise.all([1, 2, 3, 4, 5, 6].map((version) => move(name, String(version), 'Production', true)));
    expect((await stagesOf(name)).sort()).toEqual([...Array(5).fill('Archived'), 'Production']);
  });

  test('refuses stages that are none, and archiving for one that is not in use', async () => {
    const name = await newModel();
    await newVersion(name);
    for (const stage of ['Nope', 'Deleted_Internal'])
      expect(errorOf(await move(name, '1', stage))[2]).toBe(
        `Invalid Model Version stage: ${stage}. Value must be one of None, Staging, Production, Archived.`,
      );
    expect(errorOf(await move(name, '1', 'None', true))).toEqual([
      400,
      invalid,
      "Model version transition cannot archive existing model versions because 'None' is not an Active stage. Valid stages are ['Staging', 'Production']",
    ]);
    expect((await call('/registered-models/get-latest-versions', { name, stages: ['x'] })).status).toBe(400);
  });
});

describe('aliases', () => {
  const set = (name: string, alias: string, version: string) =>
    call('/registered-models/alias', { name, alias, version });
  const pointsTo = async (name: string, alias: string) =>
    (await read('/registered-models/alias', { name, alias })).json.model_version?.version;

  test('points to one version at a time, and keeps where it pointed before', async () => {
    const name = await newModel();
    for (let i = 0; i < 2; i++) await newVersion(name);
    await set(name, 'champion', '1');
    await set(name, 'champion', '2');
    await set(name, 'champion', '2');
    await set(name, 'Champion', '1');
    expect([await pointsTo(name, 'champion'), await pointsTo(name, 'Champion')]).toEqual(['2', '1']);
    expect((await model(name)).aliases).toHaveLength(2);
    expect((await version(name, '2')).aliases).toEqual(['champion']);
    expect((await call('/registered-models/alias', { name, alias: 'champion' }, 'DELETE')).json).toEqual({});
    expect((await call('/registered-models/alias', { name, alias: 'champion' }, 'DELETE')).json).toEqual({});
    expect(await pointsTo(name, 'champion')).toBe(undefined);
    const history = await registry.sql(
      `select h.version, h.since <= h.until as ordered from registered_model_alias_history h
       join registered_models m using (model_id) where m.name = '${name}' and alias = 'champion' order by h.version`,
    );
    expect(history).toEqual([
      { version: 1, ordered: true },
      { version: 2, ordered: true },
    ]);
  });

  test('lets the last of many win, and loses none of the moves', async () => {
    const name = await newModel();
    const numbers = ['1', '2', '3', '4', '5', '6', '7', '8'];
    for (const _ of numbers) await newVersion(name);
    expect((await Promise.all(numbers.map((number) => set(name, 'hot', number)))).map(({ status }) => status)).toEqual(
      numbers.map(() => 200),
    );
    const [{ count }] = (await registry.sql(
      `select count(*)::int as count from registered_model_alias_history join registered_models m using (model_id) where m.name = '${name}'`,
    )) as [{ count: number }];
    expect([count, numbers.includes(await pointsTo(name, 'hot'))]).toEqual([numbers.length - 1, true]);
  });

  test("'latest' is the version with the highest number", async () => {
    const name = await newModel();
    expect(errorOf(await read('/registered-models/alias', { name, alias: 'latest' }))).toEqual([
      404,
      absent,
      `Latest version not found for model ${name}.`,
    ]);
    for (let i = 0; i < 11; i++) await newVersion(name);
    await call('/model-versions/transition-stage', { name, version: '11', stage: 'Archived' });
    expect(await pointsTo(name, 'Latest')).toBe('11');
  });

  test.each([
    ['Latest', "'latest' alias name (case insensitive) is reserved."],
    ['V12', "Version alias name 'V12' is reserved."],
    ['a b', "Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), and dashes (-)."],
    ['a'.repeat(256), "'Registered model alias name' exceeds the maximum length of 255 characters"],
    ['', `Missing value for required parameter 'alias'. ${docs}`],
  ])('refuses alias %#', async (alias, message) => {
    const name = await newModel();
    await newVersion(name);
    expect(errorOf(await set(name, alias, '1'))).toEqual([400, invalid, message]);
    expect((await set(name, 'é_v1-x', '1')).status).toBe(200);
  });
});

describe('search', () => {
  const prefix = 'search';
  beforeAll(async () => {
    const models: [string, Record<string, string>][] = [
      ['alpha', { team: 'search', tier: 'gold' }],
      ['beta', { team: 'ads' }],
      ['gamma', {}],
      ['prompt', { [promptTag]: 'true', team: 'search' }],
      ['odd', { [promptTag]: 'false' }],
    ];
    for (const [name, tags] of models) {
      await call('/registered-models/create', { name: `${prefix}-${name}`, tags: tagsOf(tags) });
      for (const number of [1, 2]) {
        const isPrompt = name === 'prompt';
        await call('/model-versions/create', {
          name: `${prefix}-${name}`,
          source: isPrompt ? 'dummy-source' : `s3://${prefix}/${name}/${number}`,
          run_id: `${prefix}-run-${number}`,
          tags: tagsOf(isPrompt ? { [promptTag]: 'true' } : { step: `s${number}` }),
        });
      }
    }
  });

  const models = async (filter: string, fields: Record<string, string | string[]> = {}) => {
    const answer = await read('/registered-models/search', { filter, ...fields });
    if (answer.status !== 200) return answer.json.message;
    const names = answer.json.registered_models.map(({ name }: { name: string }) => name);
    return names.filter((name: string) => name.startsWith(prefix)).map((name: string) => name.slice(prefix.length + 1));
  };
  const versions = async (filter: string, fields: Record<string, string | string[]> = {}) => {
    const answer = await read('/model-versions/search', { filter, ...fields });
    if (answer.status !== 200) return answer.json.message;
    const found: { name: string; version: string }[] = answer.json.model_versions;
    return found
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, version }) => name.slice(prefix.length + 1) + version);
  };

  test.each<[string, string[]]>([
    ['', ['alpha', 'beta', 'gamma', 'odd']],
    ["name = 'search-alpha'", ['alpha']],
    ["name LIKE 'search-%a' AND tags.team != 'ads'", ['alpha']],
    ["attribute.name ILIKE 'SEARCH-B%'", ['beta']],
    ["name IN ('search-alpha', 'search-gamma', 'search-prompt')", ['alpha', 'gamma']],
    ["name NOT IN ('search-alpha') AND name LIKE 'search-%'", ['beta', 'gamma', 'odd']],
    ["tags.team = 'search' and tag.tier = 'gold'", ['alpha']],
    ["tags.team = 'search' and tags.team = 'ads'", []],
    ['tags.`team` LIKE "a%"', ['beta']],
    [`tags.\`${promptTag}\` = 'true'`, ['prompt']],
    [`tag.\`${promptTag}\` != 'true'`, ['alpha', 'beta', 'gamma', 'odd']],
    [`tags.\`${promptTag}\` = 'false'`, ['alpha', 'beta', 'gamma', 'odd']],
    [`tags.\`${promptTag}\` != 'false'`, ['prompt']],
    [`tags.team = 'search' AND tag.\`${promptTag}\` = 'true'`, ['prompt']],
    [`name = 'search-prompt' AND tag.\`${promptTag}\` != 'true'`, []],
    [`tags.\`${promptTag}\` = 'true' AND tags.\`${promptTag}\` = 'false'`, []],
  ])('finds models by %s', async (filter, expected) => {
    expect(await models(filter)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ["name = 'search-alpha'", ['alpha2', 'alpha1']],
    ["run_id = 'search-run-1'", ['odd1', 'gamma1', 'beta1', 'alpha1']],
    ["run_id IN ('search-run-1', 'x') AND name LIKE 'search-%a'", ['gamma1', 'beta1', 'alpha1']],
    ["source_path LIKE 's3://search/%/2'", ['odd2', 'gamma2', 'beta2', 'alpha2']],
    ["version_number > 1 AND tags.step LIKE 's%'", ['odd2', 'gamma2', 'beta2', 'alpha2']],
    ["version_number = '1' AND tags.step != 's2' AND name ILIKE '%BETA'", ['beta1']],
    ["version_number < 99999999999999999999 AND name = 'search-beta'", ['beta2', 'beta1']],
    ["name = 'search-prompt'", []],
    [`name = 'search-prompt' AND tags.\`${promptTag}\` = 'true'`, ['prompt2', 'prompt1']],
  ])('finds versions by %s', async (filter, expected) => {
    // Versions made in the same millisecond stand in order of their names: what is found counts here.
    expect((await versions(filter)).sort()).toEqual([...expected].sort());
  });

  test('orders', async () => {
    const all = "name LIKE 'search-%'";
    expect(await models(all, { order_by: 'name DESC' })).toEqual(['odd', 'gamma', 'beta', 'alpha']);
    await call('/registered-models/update', { name: 'search-beta', description: 'newest' }, 'PATCH');
    expect((await models(all, { order_by: ['last_updated_timestamp DESC', 'name'] }))[0]).toBe('beta');
    expect((await models(all, { order_by: 'timestamp' })).at(-1)).toBe('beta');
    const some = "name IN ('search-alpha', 'search-beta')";
    expect(await versions(some, { order_by: 'name DESC' })).toEqual(['beta2', 'beta1', 'alpha2', 'alpha1']);
    expect(await versions(some, { order_by: ['version_number ASC'] })).toEqual(['alpha1', 'beta1', 'alpha2', 'beta2']);
    await call('/model-versions/update', { name: 'search-alpha', version: '1', description: 'newest' }, 'PATCH');
    expect((await versions(some))[0]).toBe('alpha1');
  });

  test('gives pages', async () => {
    const pages = async (path: string, items: string, filter: string) => {
      const names: string[] = [];
      let page_token: string | undefined;
      do {
        const { json } = await read(path, {
          filter,
          max_results: '3',
          order_by: 'name',
          ...(page_token && { page_token }),
        });
        names.push(...json[items].map(({ name }: { name: string }) => name));
        page_token = json.next_page_token;
      } while (page_token);
      return names.length;
    };
    expect(await pages('/registered-models/search', 'registered_models', "name LIKE 'search-%'")).toBe(4);
    expect(await pages('/model-versions/search', 'model_versions', "name LIKE 'search-%'")).toBe(8);
  });

  test.each<['models' | 'versions', Record<string, string | string[]>, string]>([
    [
      'models',
      { filter: "name > 'a'" },
      `Invalid filter at position 6: expected one of =, !=, LIKE, ILIKE, IN, NOT IN, got '> 'a'' in "name > 'a'"`,
    ],
    ['models', { filter: 'tags.team IS NULL' }, expect.stringContaining('Invalid filter at position 11')],
    ['models', { filter: "run_id = 'x'" }, expect.stringContaining('expected an attribute, one of name, got')],
    ['models', { filter: "attributes.name = 'x'" }, expect.stringContaining('expected one of attribute, tag, tags')],
    [
      'models',
      { order_by: 'creation_timestamp' },
      expect.stringContaining('one of name, timestamp, last_updated_timestamp'),
    ],
    [
      'models',
      { order_by: ['timestamp', 'last_updated_timestamp'] },
      '`order_by` contains duplicate fields: ["timestamp","last_updated_timestamp"]',
    ],
    [
      'models',
      { max_results: '1001' },
      "Invalid value 1001 for parameter 'max_results' supplied. It must be at most 1000",
    ],
    ['models', { page_token: 'x' }, 'Invalid page token, it is not one that this server gave'],
    [
      'versions',
      { filter: 'version_number >= 1.5' },
      expect.stringContaining('Invalid filter at position 19: expected an integer'),
    ],
    ['versions', { filter: "source_path IN ('a')" }, expect.stringContaining('Invalid filter at position 13')],
    [
      'versions',
      { filter: "current_stage = 'None'" },
      expect.stringContaining('one of name, version_number, run_id, source_path'),
    ],
    [
      'versions',
      { order_by: 'run_id' },
      expect.stringContaining('expected an attribute, one of name, version_number, creation_timestamp'),
    ],
    [
      'versions',
      { max_results: '200001' },
      "Invalid value 200001 for parameter 'max_results' supplied. It must be at most 200000",
    ],
  ])('of %s refuses request %#', async (kind, query, message) => {
    const path = kind === 'models' ? '/registered-models/search' : '/model-versions/search';
    expect(errorOf(await read(path, query))).toEqual([400, invalid, message]);
  });
});

describe('prompts', () => {
  test('share the names of models, and are told apart', async () => {
    const [name, prompt] = [await newModel(), await newModel({ [promptTag]: 'true' })];
    const create = (name: string, tags: Record<string, string> = {}) =>
      call('/registered-models/create', { name, tags: tagsOf(tags) });
    const asPrompt = { [promptTag]: 'true' };
    const both = 'MLflow does not allow creating a model and a prompt with the same name.';
    expect(
      (await Promise.all([create(prompt, asPrompt), create(prompt), create(name, asPrompt)])).map(errorOf),
    ).toEqual([
      [400, taken, `Prompt (name=${prompt}) already exists.`],
      [
        400,
        taken,
        `Tried to create a registered model with name '${prompt}', but the name is already taken by a prompt. ${both}`,
      ],
      [
        400,
        taken,
        `Tried to create a prompt with name '${name}', but the name is already taken by a registered model. ${both}`,
      ],
    ]);
  });

  test('have placeholders for sources, and are no source of models', async () => {
    const prompt = await newModel({ [promptTag]: 'true' });
    const tags = tagsOf({ [promptTag]: 'True', 'mlflow.prompt.text': 'Hello {{name}}' });
    expect(await newVersion(prompt, { source: 'dummy-source', tags })).toMatchObject({ version: '1', tags });
    expect(errorOf(await call('/model-versions/create', { name: prompt, source: 's3://b/x', tags }))).toEqual([
      400,
      invalid,
      "Invalid prompt source: 's3://b/x'. Prompt sources must use an MLflow placeholder.",
    ]);
    const copy = await call('/model-versions/create', { name: await newModel(), source: `models:/${prompt}/1` });
    expect(errorOf(copy)[2]).toBe(
      `Invalid model version source: 'models:/${prompt}/1'. Prompt versions cannot be used as model version sources.`,
    );
    expect((await call('/model-versions/create', { name: await newModel(), source: 'dummy-source' })).status).toBe(400);
  });
});

describe('lineage', () => {
  const lineage = (name: string, version = '1') => registry.get(`/api/v1/lineage/models/${name}/versions/${version}`);
  const time = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  let runId: string;
  let root: string;
  let name: string;

  beforeAll(async () => {
    const { experiment_id } = (await call('/experiments/create', { name: 'churn' })).json;
    const tags = tagsOf({
      'mlflow.source.git.commit': 'abc123',
      'mlflow.source.git.dirty': 'True',
      'mlflow.source.name': 'train.py',
      'mlflow.docker.image.uri': 'registry.example/train@sha256:1',
      'mlflow.parentRunId': 'e'.repeat(32),
      'mlops.feature.flights': '7',
      'mlops.feature.weather': '3',
      'mlops.transformation.scale': 'v1',
      team: 'search',
    });
    const body = { experiment_id, user_id: 'ann', run_name: 'night', start_time: 1_700_000_000_000, tags };
    ({ run_id: runId, artifact_uri: root } = (await call('/runs/create', body)).json.run.info);
    await call('/runs/log-batch', {
      run_id: runId,
      params: tagsOf({ depth: '3' }),
      metrics: [
        { key: 'auc', value: 0.9, timestamp: 1_700_000_001_000, step: 1 },
        { key: 'auc', value: 0.8, timestamp: 1_700_000_000_500, step: 0 },
        { key: 'lost', value: 'NaN', timestamp: '9007199254740991', step: 2 },
      ],
    });
    const data = {
      name: 'flights',
      digest: 'd1',
      source_type: 's3',
      source: '{"uri": "s3://data/flights"}',
      schema: '{}',
    };
    const datasets = [{ tags: tagsOf({ 'mlflow.data.context': 'training' }), dataset: data }];
    expect(
      (await call('/runs/log-inputs', { run_id: runId, datasets, models: [{ model_id: 'm-input' }] })).status,
    ).toBe(200);
    const folder = root.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
    for (const file of ['MLmodel', 'requirements.txt', 'model.onnx', 'data/conda.yaml'])
      await registry.send('PUT', `${folder}/model/${file}`, { body: file });
    name = await newModel();
    await newVersion(name, {
      source: `${root}/model`,
      run_id: runId,
      tags: tagsOf({ 'mlops.feature.flights': '8', 'mlops.approval': 'ann, ticket 17' }),
    });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
  });

  test('says all that made a version', async () => {
    expect((await lineage(name)).json).toEqual({
      name,
      version: '1',
      stage: 'None',
      aliases: ['champion'],
      description: null,
      tags: { 'mlops.approval': 'ann, ticket 17', 'mlops.feature.flights': '8' },
      created: expect.stringMatching(time),
      source: `${root}/model`,
      artifact_uri: `${root}/model`,
      logged_model_id: null,
      run_id: runId,
      run: {
        run_id: runId,
        name: 'night',
        experiment: { experiment_id: expect.stringMatching(/^\d+$/), name: 'churn' },
        user: 'ann',
        status: 'RUNNING',
        lifecycle_stage: 'active',
        started: '2023-11-14T22:13:20.000Z',
        ended: null,
        artifact_uri: root,
        parent_run_id: 'e'.repeat(32),
        params: { depth: '3' },
        metrics: {
          auc: { value: 0.9, step: 1, time: '2023-11-14T22:13:21.000Z' },
          lost: { value: 'NaN', step: 2, time: null },
        },
        tags: {
          'mlops.feature.flights': '7',
          'mlops.feature.weather': '3',
          'mlops.transformation.scale': 'v1',
          team: 'search',
        },
      },
      datasets: [
        {
          name: 'flights',
          digest: 'd1',
          source_type: 's3',
          source: '{"uri": "s3://data/flights"}',
          schema: '{}',
          context: 'training',
        },
      ],
      input_models: ['m-input'],
      code: { commit: 'abc123', dirty: true, branch: null, repository: null, source: 'train.py', entry_point: null },
      environment: {
        files: { MLmodel: `${root}/model/MLmodel`, 'requirements.txt': `${root}/model/requirements.txt` },
        image: 'registry.example/train@sha256:1',
      },
      feature_rules: { flights: '8', weather: '3' },
      transformation_rules: { scale: 'v1' },
    });
  });

  test('of a copy and of a source by run leads to the same run and files', async () => {
    const copy = await newModel();
    await newVersion(copy, { source: `models:/${name}/1` });
    await newVersion(copy, { source: `runs:/${runId}/model/`, run_id: runId });
    for (const number of ['1', '2']) {
      const { json } = await lineage(copy, number);
      expect(json).toMatchObject({ artifact_uri: `${root}/model`, run: { run_id: runId }, code: { commit: 'abc123' } });
      expect(Object.keys(json.environment.files)).toEqual(['MLmodel', 'requirements.txt']);
    }
  });

  test('of a version without a run, or with one of another server, knows the version only', async () => {
    const other = await newModel();
    await newVersion(other);
    await newVersion(other, { run_id: 'elsewhere' });
    await newVersion(other, { run_id: 'f'.repeat(32) });
    for (const [number, run_id] of [
      ['1', null],
      ['2', 'elsewhere'],
      ['3', 'f'.repeat(32)],
    ] as const)
      expect((await lineage(other, number)).json).toMatchObject({
        run_id,
        run: null,
        datasets: [],
        environment: { files: {}, image: null },
        code: { commit: null, dirty: false },
        artifact_uri: 's3://bucket/model',
      });
  });

  test('refuses what is not there', async () => {
    const gone = `Model Version (name=${name}, version=9) not found`;
    expect(errorOf(await lineage(name, '9'))).toEqual([404, absent, gone]);
    expect(errorOf(await lineage('none'))[0]).toBe(404);
    expect(errorOf(await lineage(name, 'first'))).toEqual([
      400,
      invalid,
      "Parameter 'version' must be an integer, got 'first'.",
    ]);
    expect((await registry.get('/api/v1/inventory/models?max_results=0')).status).toBe(400);
  });

  test('the inventory says where aliases point, since when, and who approved', async () => {
    const inventory = async (query: string) => (await registry.get(`/api/v1/inventory/models?${query}`)).json;
    const prompt = await newModel({ [promptTag]: 'true' });
    await newVersion(prompt, { source: 'dummy-source', tags: tagsOf({ [promptTag]: 'true' }) });
    const before = new Date().toISOString();
    const other = await newModel();
    for (let i = 0; i < 2; i++) await newVersion(other);
    const point = (name: string, alias: string, version: string) =>
      call('/registered-models/alias', { name, alias, version });
    await point(prompt, 'live', '1');
    await point(other, 'live', '1');
    await point(other, 'live', '2');
    await point(name, 'live', '1');
    const { models, ...rest } = await inventory('alias=live');
    expect([rest, models]).toEqual([
      {},
      [
        {
          name,
          alias: 'live',
          version: '1',
          since: expect.stringMatching(time),
          approval: 'ann, ticket 17',
          stage: 'None',
          run_id: runId,
          created: expect.stringMatching(time),
        },
        expect.objectContaining({ name: other, version: '2', approval: null, run_id: null }),
      ],
    ]);
    const [, { since }] = models;
    expect(since >= before).toBe(true);
    await point(other, 'live', '2');
    expect((await inventory('alias=live')).models[1].since).toBe(since);
    const first = await inventory('alias=live&alias=champion&max_results=1');
    expect(first.models.map(({ alias }: { alias: string }) => alias)).toEqual(['champion']);
    const second = await inventory(`alias=live&alias=champion&max_results=9&page_token=${first.next_page_token}`);
    expect(second.models.map(({ alias }: { alias: string }) => alias)).toContain('live');
    expect((await inventory('')).models.length).toBeGreaterThan(3);
    expect((await inventory('alias=none')).models).toEqual([]);
  });
});
