import { loggedModelCalls, namesOf } from '../support/logged-model-calls';
import { invalid, keyed } from '../support/mlflow';
import { errorOf, useRegistry } from '../support/registry';

const registry = useRegistry();
const { call, modelOf, newExperiment, newModel, newRun, patchModel } = loggedModelCalls(registry);

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
