import { type RawBuilder, sql } from 'kysely';
import type { Operator } from './fields';
import type { Comparison } from './parse';

const operators: Record<Operator, RawBuilder<unknown>> = {
  '=': sql`=`,
  '!=': sql`<>`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
  LIKE: sql`like`,
  ILIKE: sql`ilike`,
  IN: sql`= any`,
  'NOT IN': sql`<> all`,
  'IS NULL': sql`is null`,
  'IS NOT NULL': sql`is not null`,
};

/** The comparison over a column. Postgres counts NaN as the largest number; here nothing is smaller than it. */
export function compare(column: RawBuilder<unknown>, { entity, operator, value }: Comparison): RawBuilder<boolean> {
  const comparison = sql<boolean>`${column} ${operators[operator]} ${right(value)}`;
  const isLarger = operator === '>' || operator === '>=';
  return entity === 'metric' && isLarger ? sql<boolean>`(${comparison} and ${column} < 'NaN')` : comparison;
}

function right(value: Comparison['value']): RawBuilder<unknown> {
  if (value === undefined) return sql``;
  if (typeof value === 'number') return sql`${value}::double precision`;
  return typeof value === 'string' ? sql`${value}` : sql`(${value}::text[])`;
}

/**
 * The comparison over a table that has a row for each key, `e.key` and `e.value`; `owned` says whose rows are meant. What has no
 * such row matches no comparison but IS NULL.
 */
export function compareKey(
  table: RawBuilder<unknown>,
  owned: RawBuilder<unknown>,
  comparison: Comparison,
): RawBuilder<boolean> {
  const rows = sql`select 1 from ${table} e where ${owned} and e.key = ${comparison.key}`;
  if (comparison.operator === 'IS NULL') return sql<boolean>`not exists (${rows})`;
  if (comparison.operator === 'IS NOT NULL') return sql<boolean>`exists (${rows})`;
  return sql<boolean>`exists (${rows} and ${compare(sql`e.value`, comparison)})`;
}
