import { type RawBuilder, sql } from 'kysely';
import type { Entity } from '../filter/fields';
import type { Comparison, Identifier, Order } from '../filter/parse';
import { compare } from '../filter/sql';

const tables: Partial<Record<Entity, string>> = { metric: 'latest_metrics', param: 'params', tag: 'tags' };

interface Joined {
  readonly join: RawBuilder<unknown>;
  readonly value: RawBuilder<unknown>;
  /** A comparison that runs without the value do not match. */
  isRequired: boolean;
  /** A comparison that NaN does not match. */
  excludesNaN: boolean;
}

/**
 * Metrics, params and tags that a search compares or sorts by, each joined to `runs` once: a run has at most one of each key. So an
 * index may give the runs in the order of a metric, from where the filter begins, and the database stops after a page.
 */
export class JoinedValues {
  private readonly joined = new Map<string, Joined>();

  /** A run without the metric, param or tag matches no comparison with it but IS NULL. */
  compare(comparison: Comparison): RawBuilder<boolean> {
    const joined = this.of(comparison);
    const { operator } = comparison;
    if (operator !== 'IS NULL') joined.isRequired = true;
    if (operator !== '!=') joined.excludesNaN = true;
    return compare(joined.value, comparison);
  }

  /** Terms of ORDER BY: what has no value last, and a NaN just before it. Call it after all comparisons. */
  terms({ descending, ...identifier }: Order): RawBuilder<unknown>[] {
    const { value, isRequired, excludesNaN } = this.of(identifier);
    // Postgres counts NaN as the largest number: ascending, it stands where it shall stand.
    if (!descending) return [sql`${value} asc`];
    // Nothing comes first that is absent: in this order, and in no other, the index is read backwards.
    if (isRequired && excludesNaN) return [sql`${value} desc`];
    if (identifier.entity !== 'metric') return [sql`${value} desc nulls last`];
    return [sql`nullif(${value}, 'NaN') desc nulls last`, sql`${value} is null`];
  }

  joins(): RawBuilder<unknown>[] {
    return [...this.joined.values()].map(
      ({ join, isRequired }) => sql`${isRequired ? sql`join` : sql`left join`} ${join}`,
    );
  }

  private of({ entity, key }: Identifier): Joined {
    const name = `${entity}.${key}`;
    const known = this.joined.get(name);
    if (known !== undefined) return known;
    const alias = `v${this.joined.size}`;
    const join = sql`${sql.table(tables[entity] as string)} ${sql.ref(alias)}
      on ${sql.ref(`${alias}.run_id`)} = runs.run_id and ${sql.ref(`${alias}.key`)} = ${key}`;
    const joined = { join, value: sql.ref(`${alias}.value`), isRequired: false, excludesNaN: false };
    this.joined.set(name, joined);
    return joined;
  }
}
