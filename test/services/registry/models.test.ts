import { absent, docs, invalid, keyed as tagsOf, taken } from '../support/mlflow';
import { type Method, modelCalls } from '../support/model-calls';
import { errorOf, useRegistry } from '../support/registry';

const promptTag = 'mlflow.prompt.is_prompt';
const registry = useRegistry();
const { call, model, newModel, newVersion, read } = modelCalls(registry);

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
