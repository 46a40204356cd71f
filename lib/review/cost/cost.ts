import type { Output } from '../output';
import { chargesOf } from './charges';
import type { Price } from './price';
import { providerRegion, resourcesOf } from './resource';

/** One thing that a resource costs, in USD per month of 730 hours. */
export interface CostItem {
  readonly stack: string;
  /** `aws_db_instance.Postgres_9DC8BB04`. */
  readonly address: string;
  /** Of the construct. */
  readonly path: string;
  /** What is paid for: `EC2`, `RDS`. */
  readonly what: string;
  /** With as little running as the configuration allows. */
  readonly floor: number;
  /** With as much running as the configuration allows. */
  readonly ceiling: number;
  readonly prices: readonly Price[];
}

/** Something that costs money, nobody here knows how much. */
export interface Unpriced {
  readonly stack: string;
  readonly address: string;
  readonly path: string;
  readonly type: string;
  /** Why there is no price. */
  readonly why: string;
}

/** What stacks cost in a month, at the on-demand prices of us-east-1, without tax. */
export interface Cost {
  /** Where it is built; undefined when the stacks do not say, or name several. */
  readonly region: string | undefined;
  readonly items: readonly CostItem[];
  /** USD per month, of all items. */
  readonly floor: number;
  /** USD per month, of all items. */
  readonly ceiling: number;
  /** What costs money and is in no sum. */
  readonly unpriced: readonly Unpriced[];
  /** What depends on use and is in no sum, as sentences without a full stop. */
  readonly notIncluded: readonly string[];
}

/**
 * Floor and ceiling of what stacks cost: a pure function of what was written, so that it also counts what a company adds
 * of its own.
 */
export function costOf(stacks: Output['stacks']): Cost {
  const charged = Object.entries(stacks).flatMap(([stack, json]) =>
    resourcesOf(stack, json).map((resource) => ({ resource, charges: chargesOf(resource) })),
  );
  const items = charged.flatMap(({ resource: { stack, address, path }, charges }) =>
    charges.priced.map((charge) => ({ stack, address, path, ...charge })),
  );
  const unpriced = charged.flatMap(({ resource: { stack, address, path, type }, charges }) =>
    charges.unpriced.map((why) => ({ stack, address, path, type, why })),
  );
  const regions = new Set(Object.values(stacks).flatMap(providerRegion));
  return {
    region: regions.size === 1 ? [...regions][0] : undefined,
    items,
    floor: sum(items.map(({ floor }) => floor)),
    ceiling: sum(items.map(({ ceiling }) => ceiling)),
    unpriced,
    notIncluded: items.length > 0 ? [...new Set(charged.flatMap(({ charges }) => charges.byUse))] : [],
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
