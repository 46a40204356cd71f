import { keyed } from '../support/mlflow';
import { useRegistry } from '../support/registry';
import type { Answer } from '../support/serve';
import { trackingCalls } from '../support/tracking-calls';

const registry = useRegistry();
const { call, newExperiment, newRun } = trackingCalls(registry);
const namesOf = ({ status, json }: Answer) =>
  status === 200 ? json.runs.map((run: { info: { run_name: string } }) => run.info.run_name) : json.message;

describe('search of runs', () => {
  let experiment: string;
  const names: Record<string, string> = {};

  beforeAll(async () => {
    experiment = await newExperiment();
    const rows = [
      { name: 'low', loss: 0.1, optimizer: 'adam', team: 'Search' },
      { name: 'high', loss: 0.9, optimizer: 'sgd', team: "o'hare" },
      { name: 'broken', loss: 'NaN', optimizer: 'Adamax', team: 'search' },
      { name: 'endless', loss: 'Infinity', optimizer: 'adam', team: 'ads' },
      { name: 'bare' },
    ];
    for (const [index, { name, loss, optimizer, team }] of rows.entries()) {
      const run_id = await newRun(experiment, { run_name: name, start_time: 100 + index, user_id: 'ann' });
      names[run_id] = name;
      if (loss === undefined) continue;
      await call('/runs/log-batch', {
        run_id,
        metrics: [{ key: 'val/loss', value: loss, timestamp: 1 }],
        params: [{ key: 'optimizer', value: optimizer }],
        tags: [{ key: 'team', value: team }],
      });
    }
  });

  const search = async (filter: string, fields: object = {}) => {
    const answer = await call('/runs/search', { experiment_ids: [experiment], filter, ...fields });
    return answer.status === 200
      ? answer.json.runs.map((run: { info: { run_id: string } }) => names[run.info.run_id])
      : answer.json.message;
  };

  test.each<[string, string[]]>([
    ['', ['bare', 'endless', 'broken', 'high', 'low']],
    ['metrics.`val/loss` < 0.5', ['low']],
    ['metric."val/loss" >= 0.9', ['endless', 'high']],
    ['metrics.`val/loss` != 0.9', ['endless', 'broken', 'low']],
    ["params.optimizer = 'adam'", ['endless', 'low']],
    ["params.optimizer != 'adam'", ['broken', 'high']],
    ["params.optimizer LIKE 'ada%'", ['endless', 'low']],
    ["parameter.optimizer ilike 'ADA%'", ['endless', 'broken', 'low']],
    ["tags.team = 'search' AND params.optimizer = 'Adamax'", ['broken']],
    ["tag.team = 'o''hare'", ['high']],
    ['tags.team = "o\'hare"', ['high']],
    ["tags.mlflow.runName = 'bare'", ['bare']],
    ["attributes.run_name = 'low'", ['low']],
    ["run_name LIKE '%o%' and status = 'RUNNING'", ['broken', 'low']],
    ['start_time > 101 and attributes.start_time <= 103', ['endless', 'broken']],
    ['start_time > 101.5', ['bare', 'endless', 'broken']],
    ["user_id = 'ann' and artifact_uri LIKE '%/artifacts' and end_time > 0", []],
    ["tags.nothing = 'x'", []],
    ["params.optimizer LIKE 'a\\'", []],
  ])('%s', async (filter, expected) => {
    const found = await search(filter);
    if (filter.endsWith("\\'")) expect(found).toMatch(/^the database refuses a value: LIKE pattern must not end/);
    else expect(found).toEqual(expected);
  });

  test('finds a run by its id', async () => {
    const [id] = Object.keys(names);
    expect(await search(`run_id = '${id}'`)).toEqual(['low']);
  });

  test.each<[string[], string[]]>([
    [['metrics.`val/loss` ASC'], ['low', 'high', 'endless', 'broken', 'bare']],
    [['metrics.`val/loss` DESC'], ['endless', 'high', 'low', 'broken', 'bare']],
    [
      ['params.optimizer', 'start_time ASC'],
      ['broken', 'low', 'endless', 'high', 'bare'],
    ],
    [['attributes.start_time asc'], ['low', 'high', 'broken', 'endless', 'bare']],
    [['run_name desc'], ['low', 'high', 'endless', 'broken', 'bare']],
  ])('orders by %j', async (order_by, expected) => {
    expect(await search('', { order_by })).toEqual(expected);
  });

  test.each<[string, string[], string[]]>([
    ['metrics.`val/loss` > 0', ['metrics.`val/loss` DESC'], ['endless', 'high', 'low']],
    ['metrics.`val/loss` < 1 AND metrics.`val/loss` > 0.1', ['metrics.`val/loss`'], ['high']],
    ['metrics.`val/loss` != 0.9', ['metrics.`val/loss` DESC'], ['endless', 'low', 'broken']],
    ['metrics.`val/loss` != 0.9', ['metrics.`val/loss`'], ['low', 'endless', 'broken']],
    ['metrics.`val/loss` != 0.9 AND metrics.`val/loss` >= 0.1', ['metrics.`val/loss` DESC'], ['endless', 'low']],
    ['metrics.`val/loss` > 0', ['tags.team DESC', 'params.optimizer'], ['high', 'endless', 'low']],
    ['tags.team IS NULL', ['tags.team DESC', 'params.optimizer'], ['bare']],
    ["params.optimizer != 'sgd'", ['params.optimizer DESC'], ['endless', 'low', 'broken']],
    ["metrics.optimizer > 0 AND params.optimizer = 'sgd'", ['metrics.optimizer DESC'], []],
  ])('of %s, orders by %j', async (filter, order_by, expected) => {
    expect(await search(filter, { order_by })).toEqual(expected);
  });

  test('gives pages', async () => {
    const body = { experiment_ids: [experiment], max_results: 3, order_by: ['start_time ASC'] };
    const first = (await call('/runs/search', body)).json;
    const second = (await call('/runs/search', { ...body, page_token: first.next_page_token })).json;
    const found = [...first.runs, ...second.runs].map((run) => names[run.info.run_id]);
    expect([found, second.next_page_token]).toEqual([['low', 'high', 'broken', 'endless', 'bare'], undefined]);
  });

  test('looks only where it is told', async () => {
    expect(await search('', { experiment_ids: [] })).toEqual([]);
    expect(await search('', { experiment_ids: ['123456'] })).toEqual([]);
    expect(await search('', { run_view_type: 'DELETED_ONLY' })).toEqual([]);
    expect(await search('', { experiment_ids: ['x'] })).toBe(
      "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
    );
  });

  const attributes =
    'run_id, run_name, status, user_id, artifact_uri, start_time, end_time, created, Created, run name, Run name, Run Name';
  test.each([
    [
      'metrics.loss',
      'Invalid filter at position 13: expected one of =, !=, <, <=, >, >=, got the end in "metrics.loss"',
    ],
    ["metrics.loss > 'a'", `Invalid filter at position 16: expected a number, got ''a'' in "metrics.loss > 'a'"`],
    ['metrics.loss > 1x', 'Invalid filter at position 16: expected a number, got \'1x\' in "metrics.loss > 1x"'],
    [
      'params.a = 1',
      'Invalid filter at position 12: expected a value in single or double quotes, got \'1\' in "params.a = 1"',
    ],
    [
      "params.a > 'x'",
      `Invalid filter at position 10: expected one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL, got '> 'x'' in "params.a > 'x'"`,
    ],
    [
      "params.a = 'x' OR params.b = 'y'",
      `Invalid filter at position 16: expected AND or the end, got 'OR params.b = 'y'' in "params.a = 'x' OR params.b = 'y'"`,
    ],
    [
      "things.a = 'x'",
      `Invalid filter at position 1: expected one of metric, metrics, param, params, parameter, parameters, tag, tags, attribute, attributes, attr, run, dataset, datasets, got 'things.a = 'x'' in "things.a = 'x'"`,
    ],
    ["constructor.a = 'x'", expect.stringContaining('expected one of metric, metrics')],
    [
      "colour = 'x'",
      `Invalid filter at position 1: expected an attribute, one of ${attributes}, got 'colour = 'x'' in "colour = 'x'"`,
    ],
    [
      "params.a = 'x",
      `Invalid filter at position 12: expected a value in single or double quotes, got ''x' in "params.a = 'x"`,
    ],
    ['; drop table runs', expect.stringContaining('Invalid filter at position 1: expected a name')],
  ])('refuses the filter %s', async (filter, message) => {
    expect(await search(filter)).toEqual(message);
  });

  test('refuses an order that is none', async () => {
    expect(await search('', { order_by: ['start_time SIDEWAYS'] })).toBe(
      'Invalid order_by at position 12: expected ASC, DESC or the end, got \'SIDEWAYS\' in "start_time SIDEWAYS"',
    );
    expect(await search('', { order_by: ['start_time', 'created'] })).toBe(
      '`order_by` contains duplicate fields: ["start_time","created"]',
    );
  });
});

describe('search of runs by their datasets, and by what they have not', () => {
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
