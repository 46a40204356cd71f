import { absent, docs, invalid, keyed } from '../support/mlflow';
import { errorOf, expectAll, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const noRun = 'f'.repeat(32);
const registry = useRegistry();
const { call, newExperiment, newRun, runOf } = trackingCalls(registry);

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
