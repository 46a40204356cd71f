import { errorOf, startRegistry, type TestRegistry } from './support/registry';
import type { Answer } from './support/serve';

const api = '/api/2.0/mlflow';
const docs = 'See the API docs for more information about request parameters.';
const [invalid, absent, taken] = ['INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST', 'RESOURCE_ALREADY_EXISTS'];
const noRun = 'f'.repeat(32);

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
}, 30_000);
afterAll(() => registry?.stop());

const call = (path: string, body: object = {}) => registry.post(api + path, body);
const read = (path: string) => registry.get(api + path);
const keyed = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => ({ key, value }));

let made = 0;
const newExperiment = async (fields: object = {}) =>
  (await call('/experiments/create', { name: `tracked-${made++}`, ...fields })).json.experiment_id as string;
const newRun = async (experiment_id: string, fields: object = {}) =>
  (await call('/runs/create', { experiment_id, start_time: made++, ...fields })).json.run.info.run_id as string;
const experimentOf = async (id: string) => (await read(`/experiments/get?experiment_id=${id}`)).json.experiment;
const runOf = async (id: string) => (await read(`/runs/get?run_id=${id}`)).json.run;
const namesOf = ({ status, json }: Answer) =>
  status === 200 ? json.runs.map((run: { info: { run_name: string } }) => run.info.run_name) : json.message;

async function expectAll(answers: Promise<Answer>[], expected: unknown[]): Promise<void> {
  expect((await Promise.all(answers)).map(errorOf)).toEqual(answers.map(() => expected));
}

describe('experiments', () => {
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

  test.each<[string, (prefix: string) => string, string[]]>([
    ['a tag that is not there', () => 'tags.team IS NULL', ['c']],
    ['a tag that is there', (prefix) => `tags.team is not null and name LIKE '${prefix}%'`, ['a', 'b']],
    ['a tag that is another', () => "tag.team != 'x'", ['b']],
    ['a name in other letters', (prefix) => `attribute.name ILIKE '${prefix.toUpperCase()}B'`, ['b']],
    ['when they were made', () => 'creation_time > 0 AND last_update_time < 99999999999999', ['a', 'b', 'c']],
  ])('are found by %s', async (_, filterOf, expected) => {
    const prefix = `found-${made++}-`;
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

describe('runs', () => {
  let experiment: string;
  beforeAll(async () => {
    experiment = await newExperiment();
  });

  test('are deleted and restored, as often as one likes, and take nothing while they are deleted', async () => {
    const run_id = await newRun(experiment);
    await call('/runs/set-tag', { run_id, key: 'a', value: '1' });
    for (const _ of [1, 2]) expect((await call('/runs/delete', { run_id })).json).toEqual({});
    const dataset = { name: 'd', digest: '1' };
    const metric = { key: 'm', value: 1, timestamp: 1 };
    await expectAll(
      [
        call('/runs/update', { run_id, status: 'FINISHED' }),
        call('/runs/log-batch', { run_id, metrics: [metric] }),
        call('/runs/log-metric', { run_id, ...metric }),
        call('/runs/log-parameter', { run_id, key: 'p', value: '1' }),
        call('/runs/set-tag', { run_id, key: 'b', value: '1' }),
        call('/runs/delete-tag', { run_id, key: 'a' }),
        call('/runs/log-inputs', { run_id, datasets: [{ dataset }] }),
        call('/runs/outputs', { run_id, models: [{ model_id: 'm-1' }] }),
        call('/runs/log-model', { run_id, model_json: modelJson() }),
      ],
      [400, invalid, `The run ${run_id} must be in the 'active' state. Current state is deleted.`],
    );
    for (const _ of [1, 2]) expect((await call('/runs/restore', { run_id })).json).toEqual({});
    const { info, data, inputs, outputs } = await runOf(run_id);
    expect([info.lifecycle_stage, data.tags[0], data.metrics, inputs, outputs]).toEqual([
      'active',
      { key: 'a', value: '1' },
      [],
      {},
      {},
    ]);
  });

  test('lose a tag once', async () => {
    const run_id = await newRun(experiment, { tags: keyed({ a: '1' }) });
    expect((await call('/runs/delete-tag', { run_id, key: 'a' })).json).toEqual({});
    expect((await runOf(run_id)).data.tags.map(({ key }: { key: string }) => key)).toEqual(['mlflow.runName']);
    expect(errorOf(await call('/runs/delete-tag', { run_id, key: 'a' }))).toEqual([
      404,
      absent,
      `No tag with name: a in run with id ${run_id}`,
    ]);
  });

  test('keep a param as it was logged first, whoever comes at the same time', async () => {
    const run_id = await newRun(experiment);
    const values = Array.from({ length: 10 }, (_, index) => `${index}`);
    const answers = await Promise.all(
      values.map((value, index) =>
        index % 2 === 0
          ? call('/runs/log-parameter', { run_id, key: 'depth', value })
          : call('/runs/log-batch', { run_id, params: keyed({ depth: value }) }),
      ),
    );
    const kept = (await runOf(run_id)).data.params[0].value;
    expect(answers.map(({ status }, index) => (status === 200) === (values[index] === kept))).toEqual(
      values.map(() => true),
    );
    expect((await call('/runs/log-parameter', { run_id, key: 'depth', value: kept })).status).toBe(200);
    expect(errorOf(await call('/runs/log-parameter', { run_id, key: 'depth', value: 'x' }))).toEqual([
      400,
      invalid,
      `Changing param values is not allowed. Param with key='depth' was already logged with value='${kept}' for run ID='${run_id}'. Attempted logging new value 'x'.`,
    ]);
  });

  test('keep their name when it is set to nothing, and change it with the tag', async () => {
    const run_id = await newRun(experiment, { run_name: 'named' });
    const nameOf = async () => {
      const { info, data } = await runOf(run_id);
      return [info.run_name, data.tags[0].value];
    };
    await call('/runs/set-tag', { run_id, key: 'mlflow.runName', value: '' });
    expect(await nameOf()).toEqual(['named', 'named']);
    await call('/runs/set-tag', { run_id, key: 'mlflow.runName', value: 'other' });
    expect(await nameOf()).toEqual(['other', 'other']);
  });

  test('start at 0 in experiment 0 where nothing is said, with tags of any name', async () => {
    const { info, data } = (await call('/runs/create', { tags: keyed({ a$b: '1' }) })).json.run;
    expect([info.experiment_id, info.start_time, info.user_id, data.tags[0]]).toEqual([
      '0',
      0,
      '',
      { key: 'a$b', value: '1' },
    ]);
    expect(info).not.toHaveProperty('end_time');
  });

  const modelJson = (fields: object = {}) =>
    JSON.stringify({
      artifact_path: 'model',
      run_id: noRun,
      utc_time_created: '2026-11-22 10:00:00',
      flavors: { sklearn: { version: '1.8', config: { secret: 1 } }, python_function: 'plain' },
      signature: { inputs: '[]' },
      ...fields,
    });

  test('keep every model that clients before MLflow 3 log at once, without its configuration', async () => {
    const run_id = await newRun(experiment);
    const paths = Array.from({ length: 8 }, (_, index) => `model-${index}`);
    const answers = await Promise.all(
      paths.map((artifact_path) => call('/runs/log-model', { run_id, model_json: modelJson({ artifact_path }) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    const tag = (await runOf(run_id)).data.tags.find(({ key }: { key: string }) => key === 'mlflow.log-model.history');
    const models = JSON.parse(tag.value);
    expect(models.map((model: { artifact_path: string }) => model.artifact_path).sort()).toEqual(paths);
    expect(models[0]).toEqual({
      artifact_path: models[0].artifact_path,
      run_id: noRun,
      utc_time_created: '2026-11-22 10:00:00',
      model_uuid: null,
      flavors: { sklearn: { version: '1.8' }, python_function: 'plain' },
    });
  });

  test.each<[string, string, object, [number, string, string]]>([
    ['a run that is not there', 'delete', { run_id: noRun }, [404, absent, `Run with id=${noRun} not found`]],
    ['a run that is not there', 'restore', { run_id: 'x' }, [404, absent, 'Run with id=x not found']],
    [
      'a run that is not there',
      'delete-tag',
      { run_id: noRun, key: 'a' },
      [404, absent, `Run with id=${noRun} not found`],
    ],
    ['no run', 'restore', {}, [400, invalid, `Missing value for required parameter 'run_id'. ${docs}`]],
    ['no key', 'delete-tag', { run_id: noRun }, [400, invalid, `Missing value for required parameter 'key'. ${docs}`]],
    [
      'an id that is none',
      'log-batch',
      { run_id: 'a/b' },
      [400, invalid, `Invalid value "a/b" for parameter 'run_id' supplied.`],
    ],
    [
      'an id that is none',
      'log-inputs',
      { run_id: '-x' },
      [400, invalid, `Invalid value "-x" for parameter 'run_id' supplied.`],
    ],
    [
      'a time before 1970',
      'log-metric',
      { run_id: noRun, key: 'm', value: 1, timestamp: -1 },
      [
        400,
        invalid,
        "Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1.0). Timestamp must be a nonnegative long (64-bit integer) ",
      ],
    ],
    [
      'a time before 1970',
      'log-batch',
      { run_id: noRun, metrics: [{ key: 'm', value: 0.5, timestamp: -1 }] },
      [
        400,
        invalid,
        "Invalid value -1 for parameter 'metrics[0].timestamp' supplied: metric 'm' (value=0.5). Timestamp must be a nonnegative long (64-bit integer) ",
      ],
    ],
    [
      'a long name of a metric',
      'log-metric',
      { run_id: noRun, key: 'm'.repeat(251), value: 1, timestamp: 1 },
      [400, invalid, "'Metric name' exceeds the maximum length of 250 characters"],
    ],
    [
      'a long name of a param',
      'log-parameter',
      { run_id: noRun, key: 'm'.repeat(251) },
      [400, invalid, "'Param key' exceeds the maximum length of 250 characters"],
    ],
    [
      'a long name of a tag',
      'log-batch',
      { run_id: noRun, tags: keyed({ ['t'.repeat(251)]: '' }) },
      [400, invalid, "'tags[0].key' exceeds the maximum length of 250 characters"],
    ],
    [
      'a wrong name of a tag',
      'set-tag',
      { run_id: noRun, key: 'a$' },
      [
        400,
        invalid,
        `Invalid value "a$" for parameter 'key' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
      ],
    ],
    [
      '101 params',
      'log-batch',
      { run_id: noRun, params: Array.from({ length: 101 }, (_, i) => ({ key: `${i}`, value: '' })) },
      [
        400,
        invalid,
        'A batch logging request can contain at most 100 params. Got 101 params. Please split up params across multiple requests and try again.',
      ],
    ],
    [
      '1,001 items',
      'log-batch',
      {
        run_id: noRun,
        metrics: Array.from({ length: 1000 }, (_, i) => ({ key: `${i}`, value: 0, timestamp: 0 })),
        tags: keyed({ a: '' }),
      },
      [
        400,
        invalid,
        'A batch logging request can contain at most 1000 metrics, params, and tags. Got 1001 metrics, params, and tags. Please split up metrics, params, and tags across multiple requests and try again.',
      ],
    ],
    [
      'one tag twice',
      'create',
      { tags: [...keyed({ a: '1' }), ...keyed({ a: '1' })] },
      [400, 'BAD_REQUEST', 'A tag is given twice for a new run'],
    ],
    [
      'no JSON',
      'log-model',
      { run_id: noRun, model_json: '{' },
      [400, invalid, 'Malformed model info. \n { \n is not a valid JSON.'],
    ],
    [
      'JSON that is no model',
      'log-model',
      { run_id: noRun, model_json: '[]' },
      [400, invalid, 'Malformed model info. \n [] \n is not a valid JSON.'],
    ],
    [
      'a model without its fields',
      'log-model',
      { run_id: noRun, model_json: '{"flavors":{}}' },
      [400, invalid, "Model json is missing mandatory fields: {'artifact_path', 'utc_time_created', 'run_id'}"],
    ],
    [
      'flavors that are none',
      'log-model',
      { run_id: noRun, model_json: modelJson({ flavors: 5 }) },
      [400, invalid, "Model json has no object of flavors, got something else under 'flavors'"],
    ],
  ])('refuse %s (%s)', async (_, route, body, expected) => {
    expect(errorOf(await call(`/runs/${route}`, body))).toEqual(expected);
  });

  test('know a field by both of its names, and refuse both at once', async () => {
    const run_id = await newRun(experiment);
    const point = { key: 'm', value: 1, timestamp: 1 };
    await call('/runs/log-batch', { runId: run_id, metrics: [point] });
    const ofTwin = { runId: run_id, metrics: [{ ...point, step: 1, modelId: 'm-twin' }] };
    expect(errorOf(await call('/runs/log-batch', ofTwin))[2]).toMatch("logged model 'm-twin'");
    expect((await runOf(run_id)).data.metrics).toHaveLength(1);
    expect(errorOf(await call('/runs/delete', { run_id, runId: run_id }))).toEqual([
      400,
      invalid,
      "Request specifies both 'run_id' and 'runId'; provide only one of them.",
    ]);
    const nested = { run_id, metrics: [{ key: 'm', value: 1, timestamp: 1, model_id: 'a', modelId: 'b' }] };
    expect(errorOf(await call('/runs/log-batch', nested))[2]).toBe(
      "Request specifies both 'model_id' and 'modelId'; provide only one of them.",
    );
    const deep = `{"run_id":"${run_id}","unknown":${'[{"aB":'.repeat(20_000)}1${'}]'.repeat(20_000)}}`;
    expect((await registry.post(`${api}/runs/log-batch`, deep)).status).toBe(200);
  });

  test('are found by the other id where the first is empty', async () => {
    const run_id = await newRun(experiment);
    expect((await read(`/runs/get?run_id=&run_uuid=${run_id}`)).json.run.info.run_id).toBe(run_id);
    expect((await read(`/runs/get?run_id=${run_id}&run_uuid=${noRun}`)).json.run.info.run_id).toBe(run_id);
  });
});

describe('inputs and outputs of runs', () => {
  const train = { name: 'train', digest: 'd1', source_type: 'local', source: '{"uri":"s3://b/train"}' };
  const asContext = (context: string) => keyed({ 'mlflow.data.context': context });

  test('are given back with the run, by get and by search', async () => {
    const experiment = await newExperiment();
    const run_id = await newRun(experiment);
    const described = { ...train, name: 'described', schema: '{"s":1}', profile: '{"p":1}' };
    const datasets = [{ dataset: train, tags: asContext('training') }, { dataset: described }];
    await call('/runs/log-inputs', { run_id, datasets, models: [{ model_id: 'm-read' }] });
    await call('/runs/outputs', { run_id, models: [{ model_id: 'm-b', step: '7' }, { model_id: 'm-a' }] });
    const run = await runOf(run_id);
    expect([run.inputs, run.outputs]).toEqual([
      {
        dataset_inputs: [
          { dataset: train, tags: asContext('training') },
          { dataset: described, tags: [] },
        ],
        model_inputs: [{ model_id: 'm-read' }],
      },
      {
        model_outputs: [
          { model_id: 'm-a', step: 0 },
          { model_id: 'm-b', step: 7 },
        ],
      },
    ]);
    const [found, ...others] = (await call('/runs/search', { experiment_ids: [experiment] })).json.runs;
    expect([found, others]).toEqual([run, []]);
  });

  test('are one dataset for an experiment, and keep what was logged first', async () => {
    const experiment = await newExperiment();
    const runs = [await newRun(experiment), await newRun(experiment)];
    const log = (run_id = '', fields: object = {}, context = 'training') =>
      call('/runs/log-inputs', { run_id, datasets: [{ dataset: { ...train, ...fields }, tags: asContext(context) }] });
    await Promise.all(Array.from({ length: 10 }, (_, index) => log(runs[index % 2])));
    await log(runs[0], { source: 'other', profile: 'p' }, 'eval');
    for (const run of runs)
      expect((await runOf(run)).inputs.dataset_inputs).toEqual([{ dataset: train, tags: asContext('training') }]);
    await log(runs[1], { digest: 'd2' }, 'eval');
    expect((await runOf(runs[1] ?? '')).inputs.dataset_inputs).toHaveLength(2);
  });

  test('count the first of two of one name and digest, and fill in what is absent', async () => {
    const run_id = await newRun(await newExperiment());
    const datasets = [{ dataset: train }, { dataset: { ...train, source: 'x' } }, {}];
    expect((await call('/runs/log-inputs', { run_id, datasets })).json).toEqual({});
    const empty = { name: '', digest: '', source_type: '', source: '' };
    const { dataset_inputs } = (await runOf(run_id)).inputs;
    expect(dataset_inputs).toHaveLength(2);
    expect(dataset_inputs).toEqual(
      expect.arrayContaining([
        { dataset: train, tags: [] },
        { dataset: empty, tags: [] },
      ]),
    );
  });

  test('take a model as an output once, and all of them or none', async () => {
    const run_id = await newRun(await newExperiment());
    await call('/runs/outputs', { run_id, models: [{ model_id: 'm-1', step: 1 }] });
    const again = { run_id, models: [{ model_id: 'm-0' }, { model_id: 'm-1', step: 2 }] };
    expect(errorOf(await call('/runs/outputs', again))).toEqual([
      400,
      'BAD_REQUEST',
      `Run ${run_id} has one of the models 'm-0', 'm-1' among its outputs already`,
    ]);
    expect((await runOf(run_id)).outputs.model_outputs).toEqual([{ model_id: 'm-1', step: 1 }]);
    const twice = { run_id, models: [{ model_id: 'm-2' }, { model_id: 'm-2' }] };
    expect(errorOf(await call('/runs/outputs', twice))[1]).toBe('BAD_REQUEST');
    for (const _ of [1, 2]) await call('/runs/log-inputs', { run_id, models: [{ model_id: 'm-1' }] });
    expect((await runOf(run_id)).inputs.model_inputs).toEqual([{ model_id: 'm-1' }]);
  });

  test('are listed by experiment, once for each context', async () => {
    const [one, two] = [await newExperiment(), await newExperiment()];
    for (const [experiment, name, context] of [
      [one, 'b', 'training'],
      [one, 'b', 'training'],
      [one, 'b', 'eval'],
      [one, 'a', undefined],
      [two, 'c', 'training'],
    ] as const)
      await call('/runs/log-inputs', {
        run_id: await newRun(experiment),
        datasets: [{ dataset: { ...train, name }, tags: context ? asContext(context) : [] }],
      });
    const { json } = await registry.post('/ajax-api/2.0/mlflow/experiments/search-datasets', {
      experiment_ids: [two, one],
    });
    expect(json.dataset_summaries).toEqual([
      { experiment_id: one, name: 'a', digest: 'd1' },
      { experiment_id: one, name: 'b', digest: 'd1', context: 'eval' },
      { experiment_id: one, name: 'b', digest: 'd1', context: 'training' },
      { experiment_id: two, name: 'c', digest: 'd1', context: 'training' },
    ]);
    expect((await call('/experiments/search-datasets', { experiment_ids: ['777777'] })).json.dataset_summaries).toEqual(
      [],
    );
    expect(errorOf(await call('/experiments/search-datasets'))).toEqual([
      400,
      invalid,
      'SearchDatasets request must specify at least one experiment_id.',
    ]);
    const many = Array.from({ length: 21 }, () => one);
    expect(errorOf(await call('/experiments/search-datasets', { experiment_ids: many }))[2]).toBe(
      'SearchDatasets request cannot specify more than 20 experiment_ids. Received 21 experiment_ids.',
    );
  });

  const long = (field: string, length: number) => ({ dataset: { ...train, [field]: 'x'.repeat(length + 1) } });
  test.each<[object, string]>([
    [long('name', 500), "'name' exceeds the maximum length of 500 characters"],
    [long('digest', 36), "'digest' exceeds the maximum length of 36 characters"],
    [long('source', 65_535), "'source' exceeds the maximum length of 65535 characters"],
    [long('schema', 1_048_575), "'schema' exceeds the maximum length of 1048575 characters"],
    [{ dataset: train, tags: keyed({ ['k'.repeat(256)]: '' }) }, "'key' exceeds the maximum length of 255 characters"],
    [{ dataset: train, tags: keyed({ k: 'v'.repeat(501) }) }, "'value' exceeds the maximum length of 500 characters"],
    [
      { dataset: train, tags: [...keyed({ k: '1' }), ...keyed({ k: '2' })] },
      "The input of dataset 'train' has the tag 'k' twice",
    ],
    [
      { dataset: 5 },
      `Invalid value for parameter 'datasets[0].dataset' supplied: Invalid input: expected object, received number. ${docs}`,
    ],
    [
      { dataset: train, tags: keyed({ k: 'a\0b' }) },
      'the database refuses a value: unsupported Unicode escape sequence',
    ],
  ])('are refused: %# %.60j', async (input, message) => {
    const run_id = await newRun('0');
    const answer = await call('/runs/log-inputs', { run_id, datasets: [input] });
    expect([answer.status, answer.json.message]).toEqual([400, message]);
    expect((await runOf(run_id)).inputs).toEqual({});
  });

  test('are refused where there is no run, or no list', async () => {
    await expectAll(
      [
        call('/runs/log-inputs', { run_id: noRun, datasets: [{ dataset: train }] }),
        call('/runs/outputs', { run_id: noRun, models: [{ model_id: 'm' }] }),
      ],
      [404, absent, `Run with id=${noRun} not found`],
    );
    expect(errorOf(await call('/runs/outputs', { run_id: noRun }))[2]).toBe(
      `Missing value for required parameter 'models'. ${docs}`,
    );
  });
});

describe('search of runs', () => {
  const ids: Record<string, string> = {};
  let experiments: string[];

  beforeAll(async () => {
    experiments = [await newExperiment(), await newExperiment()];
    const uses = { low: 'train', high: 'eval', other: undefined, gone: 'train' };
    for (const [index, [run_name, context]] of Object.entries(uses).entries()) {
      const run_id = await newRun(experiments[run_name === 'other' ? 1 : 0] ?? '', {
        run_name,
        start_time: 10 + index,
      });
      ids[run_name] = run_id;
      if (context === undefined) continue;
      await call('/runs/log-batch', { run_id, params: keyed({ depth: `${index}` }), tags: keyed({ team: 'a' }) });
      const dataset = (name: string) => ({ name, digest: `${name}-${index}`, source_type: 's', source: '{}' });
      const tags = keyed({ 'mlflow.data.context': context });
      await call('/runs/log-inputs', {
        run_id,
        datasets: [{ dataset: dataset(context), tags }, { dataset: dataset('all') }],
      });
    }
    await call('/runs/delete', { run_id: ids.gone });
  });

  const search = async (filter: string, fields: object = {}) =>
    namesOf(await call('/runs/search', { experiment_ids: experiments, filter, order_by: ['start_time'], ...fields }));

  test.each<[string, string[]]>([
    ['', ['low', 'high', 'other']],
    ['params.depth IS NULL', ['other']],
    ['params.depth is not null AND tags.team IS NOT NULL', ['low', 'high']],
    ['tag.none IS NULL and tag.team IS  NOT  NULL', ['low', 'high']],
    ["datasets.name = 'train'", ['low']],
    ["dataset.name LIKE 't%'", ['low']],
    ["dataset.name != 'all'", ['low', 'high']],
    ["datasets.name IN ('train', 'eval')", ['low', 'high']],
    ["datasets.name NOT IN ('all', 'eval')", ['low']],
    ["datasets.digest = 'all-1'", ['high']],
    ["datasets.context = 'train'", ['low']],
    ["datasets.context ILIKE 'E%'", ['high']],
    ["datasets.context != 'train'", ['high']],
    ["datasets.name = 'all' AND datasets.context = 'eval' AND params.depth = '1'", ['high']],
    ["datasets.name = 'none'", []],
    ["run_id IN ('RUN:low', \"RUN:other\", 'x')", ['low', 'other']],
    ["attributes.run_id NOT IN ('RUN:low')", ['high', 'other']],
    ["run_id != 'RUN:low'", ['high', 'other']],
    ["run_id NOT IN ('x')", ['low', 'high', 'other']],
    ["run_id = 'x'", []],
    ["run_id LIKE 'RUN:high%'", ['high']],
    ["run_id IN ('RUN:gone')", []],
    ['"run name" = \'low\'', ['low']],
    ["tags.'team' = 'a'", ['low', 'high']],
  ])('%s', async (filter, expected) => {
    expect(await search(filter.replace(/RUN:(\w+)/g, (_, name) => ids[name] ?? ''))).toEqual(expected);
  });

  test('looks among those that it is told, alive, deleted or all', async () => {
    expect(await search('', { run_view_type: 'DELETED_ONLY' })).toEqual(['gone']);
    expect(await search('', { run_view_type: 'ALL' })).toEqual(['low', 'high', 'other', 'gone']);
    expect(await search('', { run_view_type: 2 })).toEqual(['gone']);
    expect(await search('', { experiment_ids: experiments.slice(1) })).toEqual(['other']);
    expect(await search('', { experiment_ids: [...experiments, '777777'] })).toEqual(['low', 'high', 'other']);
  });

  test.each([
    ["status IN ('RUNNING')", 'position 8: expected one of =, !=, LIKE, ILIKE, got'],
    ["params.a IN ('x')", 'position 10: expected one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL, got'],
    ['metrics.a IS NULL', 'position 11: expected one of =, !=, <, <=, >, >=, got'],
    ['datasets.name IS NULL', 'position 15: expected one of =, !=, LIKE, ILIKE, IN, NOT IN, got'],
    ["datasets.source = 'x'", "position 1: expected a dataset, one of name, digest, context, got 'datasets.source"],
    ["run_id IN 'x'", "position 11: expected a list such as ('a', 'b'), got ''x''"],
    ['run_id IN ()', "position 12: expected a list such as ('a', 'b'), got ')'"],
    ['run_id IN (1)', "position 12: expected a list such as ('a', 'b'), got '1)'"],
    ["run_id IN ('a' 'b')", "position 16: expected a comma or the end of the list, got ''b')'"],
    ["run_id IN ('a', 5)", "position 17: expected a value in single or double quotes, got '5)'"],
    ["run_id IN ('a'", 'position 15: expected a comma or the end of the list, got the end'],
    ["run_id = ('a')", "position 10: expected a value in single or double quotes, got '('a')'"],
    ['params.a IS NOT', 'position 10: expected one of'],
  ])('refuses the filter %s', async (filter, message) => {
    expect(await search(filter)).toContain(`Invalid filter at ${message}`);
  });

  test.each([
    [['datasets.name'], 'expected one of metric, metrics'],
    [['`run name`'], 'expected an attribute, one of run_id, run_name'],
    [[''], 'expected a name such as metrics.loss, got the end'],
  ])('refuses the order %j', async (order_by, message) => {
    expect(await search('', { order_by })).toContain(message);
  });
});

describe('histories of metrics', () => {
  let runs: string[];
  beforeAll(async () => {
    const experiment = await newExperiment();
    runs = [await newRun(experiment), await newRun(experiment)].sort();
    for (const [index, run_id] of runs.entries())
      await call('/runs/log-batch', {
        run_id,
        metrics: Array.from({ length: 100 - index * 95 }, (_, step) => ({
          key: 'loss',
          value: step === 3 ? 'NaN' : index + step / 100,
          timestamp: 1000 - step,
          step,
        })),
      });
  });

  const history = async (route: string, query: string) => {
    const { status, json } = await read(`/metrics/${route}?${query}`);
    return status === 200 ? json.metrics : [status, json.message];
  };
  const stepsOf = (points: { run_id: string; step: number }[]) =>
    runs.map((run) => points.filter((point) => point.run_id === run).map(({ step }) => step));
  const both = () => `run_ids=${runs[0]}&run_ids=${runs[1]}&metric_key=loss`;

  test('of a run go page by page, and are empty where nothing is', async () => {
    const query = `run_id=${runs[0]}&metric_key=loss&max_results=60`;
    const first = (await read(`/metrics/get-history?${query}`)).json;
    const second = (await read(`/metrics/get-history?${query}&page_token=${first.next_page_token}`)).json;
    const steps = [...first.metrics, ...second.metrics].map(({ step }) => step);
    expect([steps, second.next_page_token]).toEqual([Array.from({ length: 100 }, (_, index) => 99 - index), undefined]);
    for (const run of [noRun, 'x']) expect(await history('get-history', `run_id=${run}&metric_key=loss`)).toEqual([]);
    expect(await history('get-history', `run_id=${runs[0]}&metric_key=none`)).toEqual([]);
    expect(await history('get-history', `run_id=${runs[0]}&metric_key=loss&max_results=0`)).toEqual([
      400,
      "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer.",
    ]);
    expect(await history('get-history', `run_id=${runs[0]}`)).toEqual([
      400,
      `Missing value for required parameter 'metric_key'. ${docs}`,
    ]);
  });

  test('of several runs come by run, oldest first', async () => {
    const query = `run_id=${runs[1]}&run_id=${runs[0]}&run_id=x&metric_key=loss`;
    const points = await history('get-history-bulk', query);
    expect(stepsOf(points)).toEqual([Array.from({ length: 100 }, (_, index) => 99 - index), [4, 3, 2, 1, 0]]);
    expect(points[101]).toEqual({ key: 'loss', value: 'NaN', timestamp: 997, step: 3, run_id: runs[1] });
    expect(await history('get-history-bulk', `${query}&max_results=2`)).toEqual(points.slice(0, 2));
    expect(await history('get-history-bulk', `${query}&max_results=-2`)).toEqual([]);
  });

  test.each<[string, number[], number[]]>([
    ['max_results=4', [0, 25, 50, 99], [0, 2, 3, 4]],
    ['max_results=1', [99], [4]],
    ['max_results=5&start_step=10&end_step=19', [10, 12, 14, 16, 19], []],
    ['max_results=7&start_step=2&end_step=4', [2, 3, 4], [2, 3, 4]],
  ])('are spread evenly: %s', async (query, ...expected) => {
    expect(stepsOf(await history('get-history-bulk-interval', `${both()}&${query}`))).toEqual(expected);
  });

  test('are whole where they are short, in the order of the runs that were asked for', async () => {
    const points = await history('get-history-bulk-interval', `run_ids=${runs[1]}&run_ids=${runs[0]}&metric_key=loss`);
    expect(points.map(({ run_id }: { run_id: string }) => run_id)).toEqual([
      ...Array.from({ length: 5 }, () => runs[1]),
      ...Array.from({ length: 100 }, () => runs[0]),
    ]);
    expect(points[3]).toEqual({ key: 'loss', value: 'NaN', timestamp: 997, step: 3, run_id: runs[1] });
  });

  const many = Array.from({ length: 101 }, () => `run_id=${noRun}`).join('&');
  test.each([
    ['get-history-bulk', 'metric_key=a', 'GetMetricHistoryBulk request must specify at least one run_id.'],
    [
      'get-history-bulk',
      `${many}&metric_key=a`,
      'GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids.',
    ],
    ['get-history-bulk', `run_id=${noRun}`, 'GetMetricHistoryBulk request must specify a metric_key.'],
    [
      'get-history-bulk',
      `run_id=${noRun}&metric_key=a&max_results=x`,
      `Invalid value for parameter 'max_results' supplied: expected an integer. ${docs}`,
    ],
    ['get-history-bulk-interval', 'metric_key=a', `Missing value for required parameter 'run_ids'. ${docs}`],
    [
      'get-history-bulk-interval',
      `${many.replaceAll('run_id', 'run_ids')}&metric_key=a`,
      `GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 101 run_ids. ${docs}`,
    ],
    ['get-history-bulk-interval', `run_ids=${noRun}`, `Missing value for required parameter 'metric_key'. ${docs}`],
    [
      'get-history-bulk-interval',
      `run_ids=${noRun}&metric_key=a&max_results=2501`,
      `max_results must be between 1 and 2500. ${docs}`,
    ],
    [
      'get-history-bulk-interval',
      `run_ids=${noRun}&metric_key=a&start_step=1`,
      'If either start step or end step are specified, both must be specified.',
    ],
    [
      'get-history-bulk-interval',
      `run_ids=${noRun}&metric_key=a&start_step=2&end_step=1`,
      'end_step must be greater than start_step. Found start_step=2 and end_step=1.',
    ],
  ])('are refused: %s?%.80s', async (route, query, message) => {
    expect(await history(route, query)).toEqual([400, message]);
  });

  test('belong to a model as well, where they name one', async () => {
    const experiment_id = await newExperiment();
    const run_id = await newRun(experiment_id);
    const { model_id } = (await call('/logged-models', { experiment_id, name: 'auc' })).json.model.info;
    const metric = { key: 'auc', value: 'Infinity', timestamp: 5, step: 2 };
    const ofModel = { ...metric, model_id, dataset_name: 'train', dataset_digest: 'd1' };
    await call('/runs/log-batch', { run_id, metrics: [ofModel, metric] });
    await call('/runs/log-metric', { run_id, ...ofModel, step: 3, dataset_name: '', dataset_digest: '' });
    await call('/runs/log-metric', { run_id, ...ofModel });
    expect((await runOf(run_id)).data.metrics).toEqual([{ ...metric, step: 3 }]);
    const rows = await registry.sql(
      `select key, value, step, dataset_name, dataset_digest from logged_model_metrics where model_id = '${model_id}' order by step`,
    );
    expect(rows).toEqual([
      { key: 'auc', value: Number.POSITIVE_INFINITY, step: '2', dataset_name: 'train', dataset_digest: 'd1' },
      { key: 'auc', value: Number.POSITIVE_INFINITY, step: '3', dataset_name: null, dataset_digest: null },
    ]);
    const ofNone = {
      run_id,
      metrics: [
        { ...metric, key: 'other' },
        { ...ofModel, model_id: 'm-none' },
      ],
    };
    const said = "Metrics of the logged model 'm-none', which is not there";
    expect(errorOf(await call('/runs/log-batch', ofNone))).toEqual([400, 'BAD_REQUEST', said]);
    expect((await runOf(run_id)).data.metrics).toEqual([{ ...metric, step: 3 }]);
  });
});
