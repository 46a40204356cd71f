import type { Output } from '../output';
import { valueAt } from './attributes';
import type { Change } from './changes';
import { heldBy } from './data';
import { releaseDangers } from './releases';
import { typeRow } from './replacing';
import { unmarked } from './type-row';
import { valuesOf } from './values';

/** Something that nobody should apply without having decided it. */
export interface Danger {
  /** Of the resource, or `acme-data: backend`. */
  readonly address: string;
  /** Path of the construct; for a stack, its name. */
  readonly path: string;
  /** What happens, what it costs, what to do: without a full stop. */
  readonly text: string;
  /**
   * Address of what it follows from: decided with that.
   * @default - it is a danger of its own
   */
  readonly because?: string;
}

/** Those of which nobody has decided: neither on them nor on what they follow from. What holds data is decided by itself. */
export function undecided(dangers: readonly Danger[], allowed: readonly string[]): Danger[] {
  const decided = (danger: Danger | undefined): boolean =>
    danger !== undefined &&
    (allowed.includes(danger.address) ||
      (danger.because !== undefined && decided(dangers.find(({ address }) => address === danger.because))));
  return dangers.filter((danger) => !decided(danger));
}

/** Everything dangerous about a change from one output to another, the loss of data first. */
export function dangersOf(changes: readonly Change[], before: Output['stacks'], after: Output['stacks']): Danger[] {
  const lost = changes.flatMap((change) => lossOf(change, changes));
  const others = changes.flatMap((change) => [
    ...replacementOf(change),
    ...renameOf(change),
    ...shrinkOf(change),
    ...releaseOf(change),
    ...fixedNameOf(change),
    ...protectionOf(change),
  ]);
  return [...stackDangers(before, after), ...lost, ...others];
}

const danger = ({ resource: { address, path } }: Change, text: string): Danger => ({ address, path, text });

function lossOf(change: Change, all: readonly Change[]): Danger[] {
  const { kind, resource, forces, because } = change;
  const held = heldBy(resource.type) ?? heldByRelease(change);
  if (held === undefined) return [];
  if (kind === 'replaced') {
    const why = because ? `it refers to ${because}, which is replaced` : `${valuesOf(change, forces)}`;
    return [danger(change, `is replaced, which loses ${held}: ${why}; take the change back, or move the data first`)];
  }
  if (kind !== 'removed') return [];
  const twin = all.find((other) => other.kind === 'added' && isTwin(other, change))?.resource;
  if (!twin)
    return [danger(change, `is destroyed, which loses ${held}; keep it, or take what you need out of it first`)];
  return twin.stack === resource.stack
    ? [
        danger(
          change,
          `is destroyed, which loses ${held}, while ${twin.address} is made anew; if that is the same one, write a moved block from ${resource.reference} to ${twin.reference}`,
        ),
      ]
    : [
        danger(
          change,
          `is destroyed, which loses ${held}, while ${twin.address} is made anew: moved does not cross states; leave it in ${resource.stack}`,
        ),
      ];
}

/** Which release holds data is said by the construct that protects it. */
const heldByRelease = ({ resource, before }: Change): string | undefined =>
  resource.type === 'helm_release' && before?.lifecycle.prevent_destroy ? 'what it keeps on its volumes' : undefined;

/** Whether two look like one: the same type, and the same values of what makes it what it is. */
function isTwin({ resource: a }: Change, { resource: b }: Change): boolean {
  if (a.type !== b.type) return false;
  const identity = ({ attributes }: Change['resource']) =>
    (typeRow(a.type)?.replaces ?? []).map((path) => valueAt(attributes, unmarked(path)));
  const [mine, its] = [identity(a), identity(b)];
  const below = (path: string) => path.split('/').slice(1).join('/');
  return (
    below(a.path) === below(b.path) ||
    (mine.some((value) => value !== undefined) && JSON.stringify(mine) === JSON.stringify(its))
  );
}

function replacementOf(change: Change): Danger[] {
  const { kind, resource, forces, because } = change;
  if (kind !== 'replaced' || heldBy(resource.type) !== undefined || howReplaced(change) !== undefined) return [];
  const why = because ? `it refers to ${because}, which is replaced` : valuesOf(change, forces);
  const text = `is destroyed and made again, and what uses it fails in between: ${why}`;
  return [{ ...danger(change, text), ...(because ? { because } : {}) }];
}

/** Why a replacement costs nothing; undefined where it does, and for what is not replaced. */
export function howReplaced({ kind, resource }: Change): string | undefined {
  const { type, attributes, lifecycle } = resource;
  if (kind !== 'replaced' || heldBy(type) !== undefined) return undefined;
  const { harmless, prefix } = typeRow(type) ?? {};
  if (prefix !== undefined && attributes[prefix] !== undefined && lifecycle.create_before_destroy)
    return 'new before old';
  return harmless;
}

function renameOf(change: Change): Danger[] {
  const paths = typeRow(change.resource.type)?.knownBy ?? [];
  if (change.kind !== 'changed') return [];
  const renamed = change.differences.filter(({ path }) => paths.includes(path)).map(({ path }) => path);
  if (renamed.length === 0) return [];
  return [
    danger(
      change,
      `changes what others know it by: ${valuesOf(change, renamed)}; its address changes, and later stacks look for the old one until they are applied`,
    ),
  ];
}

function shrinkOf(change: Change): Danger[] {
  const paths = typeRow(change.resource.type)?.onlyGrows ?? [];
  return change.differences
    .filter(({ path, before, after }) => paths.includes(path) && Number(after) < Number(before))
    .map(({ path }) => danger(change, `cannot shrink: ${valuesOf(change, [path])}; leave it as large as it was`));
}

/** A release is one text to Terraform: what its chart cannot do shows only when it is applied. */
function releaseOf(change: Change): Danger[] {
  const { before, resource, kind } = change;
  if (resource.type !== 'helm_release' || !before || kind === 'removed') return [];
  return releaseDangers(before, resource).map((text) => danger(change, text));
}

function fixedNameOf(change: Change): Danger[] {
  const { kind, resource, before } = change;
  const prefix = typeRow(resource.type)?.prefix;
  if (prefix === undefined || kind === 'removed' || resource.attributes[prefix] !== undefined) return [];
  // one that was always so is not this change's doing, unless it has to be replaced now
  if (before && before.attributes[prefix] === undefined && kind !== 'replaced') return [];
  return [
    danger(
      change,
      `has a fixed name instead of ${prefix}: a new one cannot be made before the old one goes, and whatever replaces it stops all of its nodes`,
    ),
  ];
}

function protectionOf(change: Change): Danger[] {
  const { resource, before, kind } = change;
  if (kind === 'removed' || !before?.lifecycle.prevent_destroy || resource.lifecycle.prevent_destroy) return [];
  return [danger(change, 'is protected no more: the next change may destroy it; say dataProtection on')];
}

/** What replaces or forgets everything in a stack at once. */
function stackDangers(before: Output['stacks'], after: Output['stacks']): Danger[] {
  return Object.entries(before).flatMap(([stack, a]) => {
    const b = after[stack];
    if (!b) return [];
    const dangers: Danger[] = [];
    const changed = (path: string, what: unknown, other: unknown, text: string) => {
      if (what === undefined || JSON.stringify(what) === JSON.stringify(other)) return;
      const values = `${JSON.stringify(what)} → ${JSON.stringify(other)}`;
      dangers.push({ address: `${stack}: ${path}`, path: stack, text: `${text}: ${values}` });
    };
    changed(
      'backend',
      placeOf(a.terraform?.backend),
      placeOf(b.terraform?.backend),
      "its state is looked for elsewhere, and Terraform makes everything again unless you run 'terraform init -migrate-state'",
    );
    changed('region', regionOf(a), regionOf(b), 'everything in it is made anew in another region, without its data');
    return dangers;
  });
}

/** Where a state lies, without how it is kept there. */
function placeOf(backend: unknown): unknown {
  const how = ['encrypt', 'kms_key_id', 'use_lockfile', 'dynamodb_table'];
  const text = JSON.stringify(backend, (key, value) => (how.includes(key) ? undefined : value));
  return text === undefined ? undefined : JSON.parse(text);
}

const regionOf = ({ provider }: Output['stacks'][string]) => provider?.aws?.[0]?.region;
