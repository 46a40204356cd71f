import type { Output } from '../output';
import { asPath, type Difference, differences, isWithin, valueAt } from './attributes';
import { typeRow } from './replacing';
import { unmarked } from './type-row';
import { movesIn, refersTo, type WrittenResource, writtenResources } from './written';

/** What happens to one resource. */
export interface Change {
  readonly kind: 'added' | 'changed' | 'replaced' | 'removed' | 'moved';
  /** As it will be; what is removed, as it was. */
  readonly resource: WrittenResource;
  /** @default - it was not there */
  readonly before?: WrittenResource;
  /** What differs; nothing for what is added or removed. */
  readonly differences: readonly Difference[];
  /** Paths of attributes that make a new one. */
  readonly forces: readonly string[];
  /**
   * What it refers to that is replaced.
   * @default - nothing: it is replaced for its own sake
   */
  readonly because?: string;
}

type Stacks = Output['stacks'];

/** Every resource that is added, removed or changed between two outputs, stack by stack in the order of deployment. */
export function changesBetween(before: Stacks, after: Stacks): Change[] {
  const was = writtenResources(before);
  // a block that stays after its move says nothing any more
  const moves = new Map([...movesIn(after)].filter(([from]) => was.has(from)));
  const old = renamed(was, moves);
  const young = writtenResources(after);
  const from = new Map([...moves].map(([a, b]) => [b, a]));
  const kept = [...young.values()].flatMap((resource): Change[] => {
    const known = old.get(resource.address);
    if (!known) return [{ kind: 'added', resource, differences: [], forces: [] }];
    const found = differencesOf(known, resource);
    const forces = forcing(known, resource);
    const kind = forces.length > 0 ? 'replaced' : from.has(resource.address) ? 'moved' : 'changed';
    if (found.length === 0 && kind === 'changed') return [];
    return [{ kind, resource, before: known, differences: found, forces }];
  });
  const removed = [...old.values()]
    .filter(({ address }) => !young.has(address))
    .map((resource): Change => ({ kind: 'removed', resource, before: resource, differences: [], forces: [] }));
  return [...withReferrers(kept, old, young), ...removed];
}

/** The old resources as their `moved` blocks name them now, also where others refer to them. */
function renamed(
  resources: ReadonlyMap<string, WrittenResource>,
  moves: ReadonlyMap<string, string>,
): Map<string, WrittenResource> {
  if (moves.size === 0) return new Map(resources);
  const references = [...moves].map(([from, to]) => [from.split(': ')[1] ?? '', to.split(': ')[1] ?? ''] as const);
  const all = [...resources.values()].map((resource): WrittenResource => {
    const address = moves.get(resource.address) ?? resource.address;
    let text = JSON.stringify(resource.attributes);
    for (const [from, to] of references) text = text.replaceAll(`${from}.`, `${to}.`);
    return {
      ...resource,
      address,
      reference: address.split(': ')[1] ?? resource.reference,
      attributes: JSON.parse(text),
    };
  });
  return new Map(all.map((resource) => [resource.address, resource]));
}

function differencesOf(before: WrittenResource, after: WrittenResource): Difference[] {
  const path = 'lifecycle.prevent_destroy';
  const [a = false, b = false] = [before.lifecycle.prevent_destroy, after.lifecycle.prevent_destroy];
  return [...plannedDifferences(before, after), ...differences(a, b, path)];
}

function plannedDifferences(before: WrittenResource, after: WrittenResource): Difference[] {
  return differences(before.attributes, after.attributes).filter(({ path }) => !isIgnored(after, path));
}

function isIgnored({ lifecycle: { ignore_changes: ignored = [] } }: WrittenResource, path: string): boolean {
  return ignored === 'all' || ignored.some((attribute) => isWithin(path, asPath(attribute)));
}

function forcing(before: WrittenResource, after: WrittenResource): string[] {
  return replacingPaths(after.type)
    .filter((path) => {
      if (isIgnored(after, unmarked(path))) return false;
      const [a, b] = [valueAt(before.attributes, unmarked(path)), valueAt(after.attributes, unmarked(path))];
      if (path.endsWith('?')) return (a === undefined) !== (b === undefined);
      return differences(a, b).length > 0 && !(path.endsWith('+') && onlyAdded(a, b));
    })
    .map(unmarked);
}

function onlyAdded(before: unknown, after: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  const all = new Set(after.map((entry) => JSON.stringify(entry)));
  return before.every((entry) => all.has(JSON.stringify(entry)));
}

const replacingPaths = (type: string) => [
  ...(typeRow(type)?.replaces ?? []),
  ...(type.startsWith('aws_') ? ['region'] : []),
];

/**
 * With those that are replaced because what they refer to is: its ids are another's then. References stay within a stack.
 */
function withReferrers(
  changes: readonly Change[],
  old: ReadonlyMap<string, WrittenResource>,
  young: ReadonlyMap<string, WrittenResource>,
): Change[] {
  const found = new Map(changes.map((change) => [change.resource.address, change]));
  let queue = changes.filter(({ kind }) => kind === 'replaced').map(({ resource }) => resource);
  while (queue.length > 0) {
    const next: WrittenResource[] = [];
    for (const resource of young.values()) {
      const before = old.get(resource.address);
      const change = found.get(resource.address);
      if (!before || change?.kind === 'replaced') continue;
      const because = queue.find((replaced) => replacedWith(resource, replaced).length > 0);
      if (!because) continue;
      found.set(resource.address, {
        kind: 'replaced',
        resource,
        before,
        differences: change?.differences ?? [],
        forces: replacedWith(resource, because),
        because: because.address,
      });
      next.push(resource);
    }
    queue = next;
  }
  const order = [...young.keys()];
  return [...found.values()].sort((a, b) => order.indexOf(a.resource.address) - order.indexOf(b.resource.address));
}

/** Paths by which one refers to another and is replaced with it; `lifecycle` where it says so itself. */
function replacedWith(resource: WrittenResource, other: WrittenResource): string[] {
  if (resource.stack !== other.stack || resource.address === other.address) return [];
  const paths = replacingPaths(resource.type).filter((path) => path === unmarked(path));
  return [
    ...paths.filter((path) => refersTo(valueAt(resource.attributes, path), other)),
    ...(refersTo(resource.lifecycle.replace_triggered_by, other) ? ['lifecycle.replace_triggered_by'] : []),
  ];
}
