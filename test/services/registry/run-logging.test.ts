import { errorOf, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const registry = useRegistry();
const { call, newExperiment, newRun, read } = trackingCalls(registry);

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
