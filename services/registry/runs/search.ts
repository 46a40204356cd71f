import { type RawBuilder, sql } from 'kysely';
import { type Comparison, type Identifier, parseFilter, parseOrder, type Searchable } from '../filter/parse';
import { compare } from '../filter/sql';
import { invalid } from '../protocol/errors';

const startTime = { name: 'start_time', type: 'number' } as const;
const runName = { name: 'name', type: 'text' } as const;

const searchable: Searchable = {
  entities: {
    metric: 'metric',
    metrics: 'metric',
    param: 'param',
    params: 'param',
    parameter: 'param',
    parameters: 'param',
    tag: 'tag',
    tags: 'tag',
    attribute: 'attribute',
    attributes: 'attribute',
    attr: 'attribute',
    run: 'attribute',
  },
  attributes: {
    run_id: { name: 'run_id', type: 'text' },
    run_name: runName,
    status: { name: 'status', type: 'text' },
    user_id: { name: 'user_id', type: 'text' },
    artifact_uri: { name: 'artifact_uri', type: 'text' },
    start_time: startTime,
    end_time: { name: 'end_time', type: 'number' },
    created: startTime,
    Created: startTime,
    'run name': runName,
    'Run name': runName,
    'Run Name': runName,
  },
};

const tables = { metric: 'latest_metrics', param: 'params', tag: 'tags' };

/** Conditions over `runs`. A run without the metric, param or tag matches no comparison with it. */
export function conditionsOf(filter: string): RawBuilder<boolean>[] {
  return parseFilter(filter, searchable).map((comparison: Comparison) => {
    const { entity, key } = comparison;
    if (entity === 'attribute') return compare(column(key), comparison);
    return sql<boolean>`exists (
      select 1 from ${sql.table(tables[entity])} e
      where e.run_id = runs.run_id and e.key = ${key} and ${compare(sql`e.value`, comparison)})`;
  });
}

/** Terms of ORDER BY: what was asked, then the newest first. Whatever has no value comes last, a NaN just before it. */
export function orderOf(orderBy: readonly string[]): RawBuilder<unknown>[] {
  const orders = orderBy.map((text) => parseOrder(text, searchable));
  const keys = orders.map(({ entity, key }) => `${entity}.${key}`);
  if (new Set(keys).size < keys.length)
    throw invalid(`\`order_by\` contains duplicate fields: ${JSON.stringify(orderBy)}`);
  const terms = orders.flatMap((order) => {
    const value = sortedValue(order);
    const sorted = order.descending ? sql`${value} desc` : sql`${value} asc`;
    const first =
      order.entity === 'metric'
        ? sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end`
        : sql`${value} is null`;
    return [first, sorted];
  });
  const newest = keys.includes('attribute.start_time') ? [] : [sql`runs.start_time desc nulls last`];
  return [...terms, ...newest, sql`runs.run_id`];
}

function sortedValue({ entity, key }: Identifier): RawBuilder<unknown> {
  if (entity === 'attribute') return column(key);
  return sql`(select e.value from ${sql.table(tables[entity])} e where e.run_id = runs.run_id and e.key = ${key})`;
}

/** Ids are compared as the text that clients know. */
const column = (name: string) =>
  name === 'run_id' ? sql`replace(runs.run_id::text, '-', '')` : sql.ref(`runs.${name}`);
