import { type RawBuilder, sql } from 'kysely';
import type { Comparison, Operator } from './parse';

const operators: Record<Operator, RawBuilder<unknown>> = {
  '=': sql`=`,
  '!=': sql`<>`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
  LIKE: sql`like`,
  ILIKE: sql`ilike`,
};

/** The comparison over a column. Postgres counts NaN as the largest number; here nothing is larger or smaller than it. */
export function compare(column: RawBuilder<unknown>, { entity, operator, value }: Comparison): RawBuilder<boolean> {
  const right = typeof value === 'number' ? sql`${value}::double precision` : sql`${value}`;
  const comparison = sql<boolean>`${column} ${operators[operator]} ${right}`;
  return entity === 'metric' && operator !== '!=' ? sql<boolean>`(${comparison} and ${column} <> 'NaN')` : comparison;
}
