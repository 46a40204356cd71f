import { hoursPerMonth, type Price } from './price';
import type { Resource } from './resource';

/** One thing that a resource costs, in USD per month. */
export interface Charge {
  readonly what: string;
  readonly floor: number;
  readonly ceiling: number;
  readonly prices: readonly Price[];
}

/** All that a resource costs. */
export interface Charges {
  /** @default - nothing */
  readonly priced?: readonly Charge[];
  /**
   * Why something of it has no price.
   * @default - everything has one
   */
  readonly unpriced?: readonly string[];
  /**
   * What depends on use, as sentences without a full stop.
   * @default - nothing
   */
  readonly byUse?: readonly string[];
}

/** What resources of one type cost. */
export type Pricer = (resource: Resource) => Charges;

/** So many units of something, at least and at most. */
export function charge(what: string, price: Price, [least, most]: readonly [number, number]): Charge {
  const perMonth = price.usd * (price.unit === 'hour' ? hoursPerMonth : 1);
  return { what, floor: least * perMonth, ceiling: most * perMonth, prices: [price] };
}

/** As many as there are. */
export const always = (what: string, price: Price, units = 1): Charge => charge(what, price, [units, units]);
