import { docs } from '../support/mlflow';
import { errorOf, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const noRun = 'f'.repeat(32);
const registry = useRegistry();
const { call, newExperiment, newRun, read, runOf } = trackingCalls(registry);

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
