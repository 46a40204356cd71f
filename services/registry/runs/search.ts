import { type RawBuilder, sql } from 'kysely';
import type { Entity } from '../filter/fields';
import { type Comparison, type Identifier, parseFilter, parseOrder } from '../filter/parse';
import { compare, compareKey } from '../filter/sql';
import { invalid } from '../protocol/errors';
import { isRunId } from './id';
import { orderable, searchable } from './searchable';

const tables: Partial<Record<Entity, string>> = { metric: 'latest_metrics', param: 'params', tag: 'tags' };
const tableOf = (entity: Entity) => sql.table(tables[entity] as string);

/** The tag of a dataset input that says what it was used for. */
export const contextTag = 'mlflow.data.context';

/** Conditions over `runs`. A run without the metric, param or tag matches no comparison with it but IS NULL. */
export function conditionsOf(filter: string): RawBuilder<boolean>[] {
  return parseFilter(filter, searchable).map((comparison) => {
    const { entity, key } = comparison;
    if (entity === 'dataset') return compareDataset(comparison);
    if (entity !== 'attribute') return compareKey(tableOf(entity), sql`e.run_id = runs.run_id`, comparison);
    return key === 'run_id' ? compareId(comparison) : compare(sql.ref(`runs.${key}`), comparison);
  });
}

/** One of the run's datasets. Without a context a dataset matches no comparison with it. */
function compareDataset(comparison: Comparison): RawBuilder<boolean> {
  const column = comparison.key === 'context' ? sql`(i.tags ->> ${contextTag}::text)` : sql.ref(`d.${comparison.key}`);
  return sql<boolean>`exists (
    select 1 from run_datasets i join datasets d using (dataset_id)
    where i.run_id = runs.run_id and ${compare(column, comparison)})`;
}

/** Ids are compared as the text that clients know; the common questions use the index. */
function compareId(comparison: Comparison): RawBuilder<boolean> {
  const { operator, value } = comparison;
  if (operator === 'LIKE' || operator === 'ILIKE') return compare(sql`replace(runs.run_id::text, '-', '')`, comparison);
  const ids = [value].flat().filter(isRunId);
  const isOneOf = sql<boolean>`runs.run_id = any(${ids}::uuid[])`;
  return operator === '=' || operator === 'IN' ? isOneOf : sql<boolean>`not ${isOneOf}`;
}

/** Terms of ORDER BY: what was asked, then the newest first. Whatever has no value comes last, a NaN just before it. */
export function orderOf(orderBy: readonly string[]): RawBuilder<unknown>[] {
  const orders = orderBy.map((text) => parseOrder(text, orderable));
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
  if (entity === 'attribute') return sql.ref(`runs.${key}`);
  return sql`(select e.value from ${tableOf(entity)} e where e.run_id = runs.run_id and e.key = ${key})`;
}
