import { absent, api, docs, invalid, keyed } from '../support/mlflow';
import { errorOf, expectAll, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const noRun = 'f'.repeat(32);
const registry = useRegistry();
const { call, newExperiment, newRun, read, runOf } = trackingCalls(registry);

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
