import { type RawBuilder, sql } from 'kysely';
import { type Comparison, parseFilter, parseOrder } from '../filter/parse';
import { compare, compareKey } from '../filter/sql';
import { invalid } from '../protocol/errors';
import { experimentId } from './id';
import { searchable } from './searchable';

/** Conditions over `experiments`. */
export const conditionsOf = (filter: string): RawBuilder<boolean>[] => parseFilter(filter, searchable).map(conditionOf);

function conditionOf(comparison: Comparison): RawBuilder<boolean> {
  const { entity, key, operator, value } = comparison;
  if (entity === 'tag')
    return compareKey(sql`experiment_tags`, sql`e.experiment_id = experiments.experiment_id`, comparison);
  if (key !== 'experiment_id') return compare(sql.ref(`experiments.${key}`), comparison);
  const ids = Array.isArray(value) ? value.map(experimentId) : [experimentId(String(value))];
  const isOneOf = sql<boolean>`experiments.experiment_id = any(${ids}::bigint[])`;
  return operator === '=' || operator === 'IN' ? isOneOf : sql<boolean>`not ${isOneOf}`;
}

/** Terms of ORDER BY: what was asked, then the newest first. */
export function orderOf(orderBy: readonly string[]): RawBuilder<unknown>[] {
  const asked = orderBy.length > 0 ? orderBy : ['creation_time DESC', 'experiment_id ASC'];
  const terms = asked.map((text) => {
    const { entity, key, descending } = parseOrder(text, searchable);
    if (entity !== 'attribute') throw invalid(`Invalid order_by entity: ${entity}`);
    const column = sql.ref(`experiments.${key}`);
    return descending ? sql`${column} desc` : sql`${column} asc`;
  });
  return [...terms, sql`experiments.experiment_id desc`];
}
