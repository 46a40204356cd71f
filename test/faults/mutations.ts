/** A request as a client sends it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Chance that a number repeats: a failure names the number that makes it again. */
export interface Chance {
  readonly below: (limit: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

/** Numbers of a linear congruential generator (Numerical Recipes, 2nd edition, 7.1), the low bits left out. */
export function random(seed: number): Chance {
  let state = (seed * 2_654_435_761) >>> 0;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] as never };
}

const json = { 'content-type': 'application/json' };
const post = (path: string, body: object): Recorded => ({
  method: 'POST',
  path: `/api/2.0/mlflow/${path}`,
  headers: json,
  body: JSON.stringify(body),
});
const get = (path: string): Recorded => ({ method: 'GET', path: `/api/2.0/mlflow/${path}`, headers: {}, body: '' });

/** What the mlflow client 3.17.2 sends in its usual flows. */
export const recorded = (run_id: string): readonly Recorded[] => [
  post('experiments/search', { max_results: 10, view_type: 'ALL', filter: "name LIKE '%'", order_by: ['name ASC'] }),
  get('experiments/get?experiment_id=0'),
  get('experiments/get-by-name?experiment_name=Default'),
  post('experiments/set-experiment-tag', { experiment_id: '0', key: 'team', value: 'delays' }),
  post('runs/create', {
    experiment_id: '0',
    start_time: 1,
    run_name: 'first',
    tags: [{ key: 'mlflow.user', value: 'ada' }],
  }),
  get(`runs/get?run_id=${run_id}`),
  post('runs/update', { run_id, status: 'FINISHED', end_time: 2 }),
  post('runs/log-metric', { run_id, key: 'loss', value: 0.5, timestamp: 1, step: 0 }),
  post('runs/log-batch', {
    run_id,
    metrics: [{ key: 'loss', value: 0.5, timestamp: 1, step: 1 }],
    params: [{ key: 'depth', value: '3' }],
    tags: [{ key: 'stage', value: 'trial' }],
  }),
  post('runs/set-tag', { run_id, key: 'stage', value: 'trial' }),
  get(`metrics/get-history?run_id=${run_id}&metric_key=loss`),
  get(`artifacts/list?run_id=${run_id}`),
  post('runs/search', {
    experiment_ids: ['0'],
    filter: "metrics.loss < 0.5 and params.model = 'tree' and tags.team != 'x' and attributes.start_time > 0",
    max_results: 5,
    order_by: ['metrics.loss DESC', 'start_time'],
    run_view_type: 'ACTIVE_ONLY',
  }),
  get("registered-models/search?filter=name%20ILIKE%20'a%25'&max_results=5"),
  get("model-versions/search?filter=name='x'&max_results=5&order_by=name"),
];

const nasty: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  '9223372036854775808',
  '',
  '\0',
  'a\u0000b',
  '\ud800',
  "'; drop table runs; --",
  '../../etc/passwd',
  '%00',
  'x'.repeat(70_000),
  'NaN',
  [],
  {},
  [[[[]]]],
];

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

type Mutation = (recorded: Recorded, chance: Chance) => Recorded;

const mutations: readonly Mutation[] = [
  // Cut in the middle.
  (r, { below }) => ({ ...r, body: r.body.slice(0, below(r.body.length + 1)) }),
  // A byte that is another.
  (r, { below }) => {
    const bytes = Buffer.from(r.body);
    if (bytes.length > 0) bytes[below(bytes.length)] = below(256);
    return { ...r, body: bytes };
  },
  // A field of another type, size or sort.
  (r, chance) => withFields(r, (fields, keys) => ({ ...fields, [chance.pick(keys)]: chance.pick(nasty) })),
  // A field less.
  (r, chance) => withFields(r, ({ [chance.pick(['key', 'run_id', 'experiment_ids', 'filter'])]: _, ...rest }) => rest),
  // A number that no double holds, a body that is as deep as it is long.
  (r, chance) => ({
    ...r,
    body: chance.pick([`{"max_results": 1${'0'.repeat(400)}}`, deep(100_000), `{"a":${deep(5000)}}`]),
  }),
  // What it says it is, is not what it is.
  (r, { pick }) => ({
    ...r,
    headers: {
      ...r.headers,
      'content-type': pick([
        'text/plain',
        'application/xml',
        'x',
        'application/json; charset=latin1',
        'multipart/form-data',
      ]),
    },
  }),
  (r, { pick }) => ({ ...r, method: pick(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'GET', 'POST']) }),
  // Addresses that are long, doubled or badly encoded.
  (r, { pick }) => ({
    ...r,
    path:
      r.path +
      pick([
        `?x=${'y'.repeat(9000)}`,
        '/%ff',
        '?a=1&a=2&max_results=x',
        '%00',
        '/../..',
        `/${'z'.repeat(300)}`,
        '?filter=%27',
      ]),
  }),
  (r, { pick }) => ({
    ...r,
    path:
      pick([
        'experiments/get?experiment_id=',
        'runs/get?run_id=',
        'metrics/get-history?run_id=a&metric_key=',
        'registered-models/get?name=',
        'artifacts/list?run_id=',
      ]).replace(/^/, '/api/2.0/mlflow/') +
      encodeURIComponent(
        Buffer.from(String(pick(nasty)))
          .toString()
          .slice(0, 7000),
      ),
    method: 'GET',
    body: '',
  }),
  // A filter or an order that is broken somewhere.
  (r, { below, pick }) =>
    withFields(r, (fields) => {
      const filter = String(fields.filter ?? "metrics.loss < 0.5 and name = 'x'");
      const at = below(filter.length + 1);
      const broken =
        filter.slice(0, at) +
        pick(["'", '(', '`', '\0', ' and ', '= =', '\\', '💥', '1e999', ' in (']) +
        filter.slice(at + below(3));
      return pick([
        { ...fields, filter: broken },
        { ...fields, order_by: [broken] },
        { ...fields, page_token: broken },
      ]);
    }),
];

/** Changes the JSON of a body; what has none becomes a search with it. */
function withFields(r: Recorded, change: (fields: Record<string, unknown>, keys: string[]) => object): Recorded {
  const target = r.method === 'POST' ? r : post('runs/search', { experiment_ids: ['0'] });
  const fields = JSON.parse(String(target.body));
  return { ...target, body: JSON.stringify(change(fields, Object.keys(fields))) };
}

/** One way in which a client, or whoever plays one, may get it wrong. */
export const mutate: Mutation = (r, chance) => chance.pick(mutations)(r, chance);
