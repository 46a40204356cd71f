import { type RawBuilder, sql } from 'kysely';
import { type Comparison, type Order, parseFilter, parseOrder } from '../filter/parse';
import { compare } from '../filter/sql';
import { invalid } from '../protocol/errors';
import { isRunId } from './id';
import { JoinedValues } from './joined-values';
import { orderable, searchable } from './searchable';

/** The tag of a dataset input that says what it was used for. */
export const contextTag = 'mlflow.data.context';

/** Parts of a statement over `runs`: JOINs, terms of WHERE, terms of ORDER BY. */
export interface RunSearch {
  readonly joins: readonly RawBuilder<unknown>[];
  readonly conditions: readonly RawBuilder<boolean>[];
  readonly order: readonly RawBuilder<unknown>[];
}

export function searchOf(filter: string, orderBy: readonly string[]): RunSearch {
  const values = new JoinedValues();
  const conditions = parseFilter(filter, searchable).map((comparison) => conditionOf(comparison, values));
  const order = orderOf(orderBy, values);
  return { joins: values.joins(), conditions, order };
}

function conditionOf(comparison: Comparison, values: JoinedValues): RawBuilder<boolean> {
  const { entity, key } = comparison;
  if (entity === 'dataset') return compareDataset(comparison);
  if (entity !== 'attribute') return values.compare(comparison);
  return key === 'run_id' ? compareId(comparison) : compare(sql.ref(`runs.${key}`), comparison);
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

/** What was asked, then the newest first. Whatever has no value comes last, a NaN just before it. */
function orderOf(orderBy: readonly string[], values: JoinedValues): RawBuilder<unknown>[] {
  const orders = orderBy.map((text) => parseOrder(text, orderable));
  const keys = orders.map(({ entity, key }) => `${entity}.${key}`);
  if (new Set(keys).size < keys.length)
    throw invalid(`\`order_by\` contains duplicate fields: ${JSON.stringify(orderBy)}`);
  const terms = orders.flatMap((order) => (order.entity === 'attribute' ? attributeTerm(order) : values.terms(order)));
  const newest = keys.includes('attribute.start_time') ? [] : [sql`runs.start_time desc nulls last`];
  return [...terms, ...newest, sql`runs.run_id`];
}

const attributeTerm = ({ key, descending }: Order): RawBuilder<unknown> =>
  sql`${sql.ref(`runs.${key}`)} ${descending ? sql`desc nulls last` : sql`asc nulls last`}`;
