import { absent, api, docs, invalid, keyed, taken } from '../support/mlflow';
import { errorOf, expectAll, useRegistry } from '../support/registry';
import type { Answer } from '../support/serve';
import { trackingCalls } from '../support/tracking-calls';

const registry = useRegistry();
const { call, experimentOf, newExperiment, newRun, read, runOf } = trackingCalls(registry);

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

  test('are renamed, but not to the name of another', async () => {
    const [id, other] = [await newExperiment(), await newExperiment()];
    const before = await experimentOf(id);
    expect((await call('/experiments/update', { experiment_id: id, new_name: 'renamed' })).json).toEqual({});
    const after = await experimentOf(id);
    expect([after.name, after.creation_time]).toEqual(['renamed', before.creation_time]);
    expect(after.last_update_time).toBeGreaterThanOrEqual(before.last_update_time);
    const second = await call('/experiments/update', { experiment_id: other, new_name: 'renamed' });
    expect(errorOf(second)).toEqual([400, 'BAD_REQUEST', 'Experiment(name=renamed) already exists.']);
    expect((await experimentOf(other)).name).not.toBe('renamed');
  });

  test('are deleted and restored with all of their runs', async () => {
    const id = await newExperiment();
    const [run, gone] = [await newRun(id), await newRun(id)];
    await call('/runs/delete', { run_id: gone });
    const stages = async () => [
      (await experimentOf(id)).lifecycle_stage,
      (await runOf(run)).info.lifecycle_stage,
      (await runOf(gone)).info.lifecycle_stage,
    ];
    expect(await stages()).toEqual(['active', 'active', 'deleted']);
    expect((await call('/experiments/delete', { experiment_id: id })).json).toEqual({});
    expect(await stages()).toEqual(['deleted', 'deleted', 'deleted']);
    const found = async (view_type: string) =>
      (await call('/experiments/search', { view_type, filter: `experiment_id = '${id}'` })).json.experiments.length;
    expect([await found('ACTIVE_ONLY'), await found('DELETED_ONLY'), await found('ALL')]).toEqual([0, 1, 1]);
    expect((await call('/experiments/restore', { experiment_id: id })).json).toEqual({});
    expect(await stages()).toEqual(['active', 'active', 'active']);
    expect(errorOf(await call('/experiments/restore', { experiment_id: id }))).toEqual([
      404,
      absent,
      `No Experiment with id=${id} exists`,
    ]);
  });

  test('take nothing while they are deleted', async () => {
    const experiment_id = await newExperiment({ tags: keyed({ team: 'a' }) });
    const { name } = await experimentOf(experiment_id);
    await call('/experiments/delete', { experiment_id });
    const notActive = `The experiment ${experiment_id} must be in the 'active' state. Current state is deleted.`;
    await expectAll(
      [
        call('/runs/create', { experiment_id }),
        call('/experiments/set-experiment-tag', { experiment_id, key: 'team', value: 'b' }),
        call('/experiments/delete-experiment-tag', { experiment_id, key: 'team' }),
      ],
      [400, invalid, notActive],
    );
    expect(errorOf(await call('/experiments/update', { experiment_id, new_name: 'x' }))).toEqual([
      400,
      'INVALID_STATE',
      'Cannot rename a non-active experiment.',
    ]);
    expect(errorOf(await call('/experiments/create', { name }))[1]).toBe(taken);
    expect((await experimentOf(experiment_id)).tags).toEqual(keyed({ team: 'a' }));
  });

  test('have tags that are set, changed and deleted', async () => {
    const experiment_id = await newExperiment({ tags: keyed({ team: 'a', kept: '1' }) });
    await call('/experiments/set-experiment-tag', { experiment_id, key: 'team', value: 'b' });
    await call('/experiments/set-experiment-tag', { experiment_id, key: 'empty' });
    expect((await experimentOf(experiment_id)).tags).toEqual(keyed({ empty: '', kept: '1', team: 'b' }));
    await call('/experiments/delete-experiment-tag', { experiment_id, key: 'empty' });
    expect((await experimentOf(experiment_id)).tags).toEqual(keyed({ kept: '1', team: 'b' }));
    expect(errorOf(await call('/experiments/delete-experiment-tag', { experiment_id, key: 'empty' }))).toEqual([
      404,
      absent,
      `No tag with name: empty in experiment with id ${experiment_id}`,
    ]);
  });

  test('have at most 50 views of the web page, which still can be changed', async () => {
    const views = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `mlflow.customView.view${i}`, value: '{}' }));
    const experiment_id = await newExperiment({ tags: [...views(50), ...keyed({ other: '1' })] });
    const set = (key: string) => call('/experiments/set-experiment-tag', { experiment_id, key, value: 'new' });
    expect((await set('mlflow.customView.view7')).status).toBe(200);
    expect(errorOf(await set('mlflow.customView.view50'))).toEqual([
      400,
      invalid,
      `Unable to create another custom view for experiment ${experiment_id}; the maximum number of custom views per experiment is 50. Delete an existing custom view before creating a new one.`,
    ]);
    expect((await experimentOf(experiment_id)).tags).toHaveLength(51);
    expect(errorOf(await call('/experiments/create', { name: 'views', tags: views(51) }))[2]).toMatch(
      /^Unable to create another custom view; /,
    );
  });

  let found = 0;
  test.each<[string, (prefix: string) => string, string[]]>([
    ['a tag that is not there', () => 'tags.team IS NULL', ['c']],
    ['a tag that is there', (prefix) => `tags.team is not null and name LIKE '${prefix}%'`, ['a', 'b']],
    ['a tag that is another', () => "tag.team != 'x'", ['b']],
    ['a name in other letters', (prefix) => `attribute.name ILIKE '${prefix.toUpperCase()}B'`, ['b']],
    ['when they were made', () => 'creation_time > 0 AND last_update_time < 99999999999999', ['a', 'b', 'c']],
  ])('are found by %s', async (_, filterOf, expected) => {
    const prefix = `found-${found++}-`;
    for (const [name, tags] of Object.entries({ a: { team: 'x' }, b: { team: 'y' }, c: {} }))
      await newExperiment({ name: prefix + name, tags: keyed(tags) });
    const filter = `name LIKE '${prefix}%' AND ${filterOf(prefix)}`;
    const { json } = await call('/experiments/search', { filter, order_by: ['name'] });
    expect(json.experiments.map(({ name }: { name: string }) => name.slice(prefix.length))).toEqual(expected);
  });

  test('are found by their ids', async () => {
    const ids = [await newExperiment(), await newExperiment(), await newExperiment()];
    const found = async (filter: string) => {
      const { json } = await call('/experiments/search', { filter, order_by: ['experiment_id ASC'] });
      return json.experiments
        .map((experiment: { experiment_id: string }) => experiment.experiment_id)
        .filter((id: string) => ids.includes(id));
    };
    expect(await found(`experiment_id = '${ids[1]}'`)).toEqual([ids[1]]);
    expect(await found(`experiment_id != '${ids[1]}'`)).toEqual([ids[0], ids[2]]);
    expect(await found(`experiment_id IN ('${ids[2]}', "${ids[0]}")`)).toEqual([ids[0], ids[2]]);
    expect(await found(`experiment_id NOT IN ('${ids[2]}',)`)).toEqual([ids[0], ids[1]]);
  });

  test.each([
    ["experiment_id > '0'", 'position 15: expected one of =, !=, IN, NOT IN'],
    ["experiment_id = 'one'", "Invalid experiment ID 'one'. Experiment ID must be a valid integer."],
    ["name IN ('a')", 'position 6: expected one of =, !=, LIKE, ILIKE, got'],
    ['creation_time > 1.5', "position 17: expected an integer, got '1.5'"],
    ['name IS NULL', 'position 6: expected one of =, !=, LIKE, ILIKE, got'],
    ["metrics.a = 'x'", 'position 1: expected one of attribute, tag, tags'],
  ])('refuse the filter %s', async (filter, message) => {
    expect(errorOf(await call('/experiments/search', { filter }))).toEqual([
      400,
      invalid,
      expect.stringContaining(message),
    ]);
  });

  test.each<[string, string, object, [number, string | undefined, string]]>([
    ['no id', 'delete', {}, [400, invalid, `Missing value for required parameter 'experiment_id'. ${docs}`]],
    [
      'an id of another form',
      'restore',
      { experiment_id: 'x' },
      [400, invalid, "Invalid experiment ID 'x'. Experiment ID must be a valid integer."],
    ],
    [
      'an id that is not there',
      'delete',
      { experiment_id: '007777' },
      [404, absent, 'No Experiment with id=7777 exists'],
    ],
    ['an id below zero', 'delete', { experiment_id: '-1' }, [404, absent, 'No Experiment with id=-1 exists']],
    [
      'a new name that is empty',
      'update',
      { experiment_id: '0', new_name: '' },
      [400, invalid, `Missing value for required parameter 'new_name'. ${docs}`],
    ],
    [
      'a new name that is too long',
      'update',
      { experiment_id: '0', new_name: 'x'.repeat(501) },
      [400, invalid, "'name' exceeds the maximum length of 500 characters"],
    ],
    [
      'a new name that no column of MLflow takes',
      'update',
      { experiment_id: '0', new_name: 'x'.repeat(257) },
      [400, 'BAD_REQUEST', "'name' exceeds the maximum length of 256 characters"],
    ],
    [
      'a new name where nothing is',
      'update',
      { experiment_id: '7777', new_name: 'x' },
      [404, absent, 'No Experiment with id=7777 exists'],
    ],
    [
      'a tag where nothing is',
      'set-experiment-tag',
      { experiment_id: '7777', key: 'a' },
      [404, absent, 'No Experiment with id=7777 exists'],
    ],
    [
      'a tag without a key',
      'set-experiment-tag',
      { experiment_id: '0' },
      [400, invalid, `Missing value for required parameter 'key'. ${docs}`],
    ],
    [
      'a tag that is too long',
      'set-experiment-tag',
      { experiment_id: '0', key: 'a', value: 'x'.repeat(20_001) },
      [400, invalid, "'value' exceeds the maximum length of 20000 characters"],
    ],
    [
      'a key that is too long',
      'set-experiment-tag',
      { experiment_id: '0', key: 'k'.repeat(251) },
      [400, invalid, "'key' exceeds the maximum length of 250 characters"],
    ],
    [
      'one tag twice',
      'create',
      { name: 'twice', tags: [...keyed({ a: '1' }), ...keyed({ a: '2' })] },
      [400, taken, "The tag 'a' is given twice"],
    ],
    [
      'artifacts in a run',
      'create',
      { name: 'in-run', artifact_location: 'runs:/x' },
      [400, invalid, "Artifact location cannot be a runs:/ URI. Given: 'runs:/x'"],
    ],
    [
      'artifacts at a fragment',
      'create',
      { name: 'part', artifact_location: 's3://b/x#y' },
      [400, invalid, "'artifact_location' URL can't include fragments or params."],
    ],
    [
      'artifacts that climb out',
      'create',
      { name: 'out', artifact_location: 's3://b/x?y=%252e./z' },
      [400, invalid, 'Invalid query string'],
    ],
    [
      'artifacts at a place too long',
      'create',
      { name: 'long', artifact_location: `s3://${'x'.repeat(2048)}` },
      [400, invalid, "'artifact_location' exceeds the maximum length of 2048 characters"],
    ],
  ])('refuse %s (%s)', async (_, route, body, expected) => {
    expect(errorOf(await call(`/experiments/${route}`, body))).toEqual(expected);
  });
});
