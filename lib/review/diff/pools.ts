import type { Review } from '../../core/notes';
import type { Output, StackJson } from '../output';
import { refersTo, type WrittenResource, writtenResources } from './written';

type Pools = Review['pools'];
type Stacks = Output['stacks'];

/** Names of pools that a review has and another lacks. */
export function poolsOnlyIn(pools: Pools, others: Pools): string[] {
  const names = new Set(others.map(nameOf));
  return pools.filter((pool) => !names.has(nameOf(pool))).map(({ pool }) => pool.poolName);
}

/** Names of pools that retire. */
export const retiringIn = (pools: Pools) => pools.filter(({ pool }) => pool.retiring).map(({ pool }) => pool.poolName);

const nameOf = ({ cluster, pool }: Pools[number]) => `${cluster}/${pool.poolName}`;

/**
 * The resources that go when pools go: those whose labels are what a pool selects, what refers to them, and what only they
 * refer to.
 */
export function resourcesOfPools(stacks: Stacks, pools: Pools, names: readonly string[]): WrittenResource[] {
  const all = [...writtenResources(stacks).values()];
  const selectors = pools.filter(({ pool }) => names.includes(pool.poolName)).map(({ pool }) => pool.nodeSelector);
  const nodes = all.filter(({ attributes: { labels } }) => selectors.some((selector) => isWithin(selector, labels)));
  const going = new Set(nodes);
  for (const one of all) if (nodes.some((node) => refers(one, node))) going.add(one);
  for (const one of all) {
    const users = all.filter((other) => other !== one && refers(other, one));
    if (users.length > 0 && users.every((user) => nodes.includes(user))) going.add(one);
  }
  return all.filter((one) => going.has(one));
}

const isWithin = (selector: Readonly<Record<string, string>>, labels: unknown) =>
  typeof labels === 'object' &&
  labels !== null &&
  Object.entries(selector).length > 0 &&
  Object.entries(selector).every(([key, value]) => (labels as Readonly<Record<string, unknown>>)[key] === value);

const refers = (one: WrittenResource, other: WrittenResource) =>
  one !== other && one.stack === other.stack && refersTo(one.attributes, other);

/** The stacks without some of their resources. */
export function without(stacks: Stacks, resources: readonly WrittenResource[]): Stacks {
  const gone = new Set(resources.map(({ address }) => address));
  return mapResources(stacks, (stack, type, name) => !gone.has(`${stack}: ${type}.${name}`));
}

/** The stacks with resources of other ones beside theirs: what runs between two steps. */
export function together(stacks: Stacks, others: Stacks, resources: readonly WrittenResource[]): Stacks {
  const kept = new Set(resources.map(({ address }) => address));
  const extra = mapResources(others, (stack, type, name) => kept.has(`${stack}: ${type}.${name}`));
  const names = [...new Set([...Object.keys(stacks), ...Object.keys(extra)])];
  return Object.fromEntries(
    names.map((name) => {
      const types = new Set([...typesOf(stacks[name]), ...typesOf(extra[name])]);
      const resource = Object.fromEntries(
        [...types].map((type) => [type, { ...extra[name]?.resource?.[type], ...stacks[name]?.resource?.[type] }]),
      );
      return [name, { ...(stacks[name] ?? extra[name]), resource }];
    }),
  );
}

const typesOf = (json: StackJson | undefined) => Object.keys(json?.resource ?? {});

function mapResources(stacks: Stacks, keep: (stack: string, type: string, name: string) => boolean): Stacks {
  return Object.fromEntries(
    Object.entries(stacks).map(([stack, json]) => {
      const resource = Object.fromEntries(
        Object.entries(json.resource ?? {}).map(([type, byName]) => [
          type,
          Object.fromEntries(Object.entries(byName).filter(([name]) => keep(stack, type, name))),
        ]),
      );
      return [stack, { ...json, resource }];
    }),
  );
}
