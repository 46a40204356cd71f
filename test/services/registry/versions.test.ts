import { absent, docs, invalid, keyed as tagsOf } from '../support/mlflow';
import { modelCalls } from '../support/model-calls';
import { errorOf, useRegistry } from '../support/registry';

const registry = useRegistry();
const { call, model, newModel, newVersion, read, version } = modelCalls(registry);

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
