import { type Cost, costOf } from '../cost/cost';
import type { Output } from '../output';
import { type Change, changesBetween } from './changes';
import { type Danger, dangersOf } from './dangers';
import { poolsOnlyIn, resourcesOfPools, retiringIn, together, without } from './pools';
import { typeRow } from './replacing';

/** What one deployment of all stacks does. */
export interface Step {
  /** `Add and change`. */
  readonly title: string;
  /** How it comes about, as sentences. */
  readonly words: readonly string[];
  readonly changes: readonly Change[];
  /** What everything costs before and after it. */
  readonly cost: { readonly before: Cost; readonly after: Cost };
  /** What people have to do, or should know, that was not said before. */
  readonly duties: readonly string[];
}

/** What it takes to get from one output to another. */
export interface Diff {
  readonly dangers: readonly Danger[];
  /** How to do it better, as sentences. */
  readonly advice: readonly string[];
  readonly steps: readonly Step[];
  /** Types that changed, and of which we do not know what replaces them. */
  readonly unjudged: readonly string[];
}

/**
 * Compares what two synths wrote, resource by resource. It reads configurations, not states: what somebody changed by hand,
 * and what a provider computes, is in Terraform's plan only.
 */
export function diffOf(before: Output, after: Output): Diff {
  const changes = changesBetween(before.stacks, after.stacks);
  const removed = changes.filter(({ kind }) => kind === 'removed');
  const others = changes.filter(({ kind }) => kind !== 'removed');
  const between = together(
    after.stacks,
    before.stacks,
    removed.map(({ resource }) => resource),
  );
  const duties = dutiesOf(before, after);
  const { retired, atOnce } = goingPools(before, after, removed);
  const steps: Step[] = [];
  if (others.length > 0 || (duties.length > 0 && removed.length === 0))
    steps.push(step('Add and change', addingWords(before, after, others), others, before.stacks, between, duties));
  if (removed.length > 0) {
    const left = others.length > 0 ? [] : duties;
    const words =
      retired.length > 0 ? [`${quoted(retired)} retired before: look that nothing runs there any more.`] : [];
    steps.push(step('Remove', words, removed, between, after.stacks, left));
  }
  return {
    dangers: dangersOf(changes, before.stacks, after.stacks),
    advice: adviceFor(atOnce),
    steps: [...steps, ...laterStep(after)],
    unjudged: unjudgedTypes(changes),
  };
}

function step(
  title: string,
  words: readonly string[],
  changes: readonly Change[],
  before: Output['stacks'],
  after: Output['stacks'],
  duties: readonly string[],
): Step {
  return { title, words, changes, cost: { before: costOf(before), after: costOf(after) }, duties };
}

/** Pools that retire go next time: what will go with them. */
function laterStep({ stacks, review }: Output): Step[] {
  const names = retiringIn(review.pools);
  if (names.length === 0) return [];
  const going = resourcesOfPools(stacks, review.pools, names);
  if (going.length === 0) return [];
  const changes = going.map((resource): Change => ({ kind: 'removed', resource, differences: [], forces: [] }));
  const words = [
    `Not part of this change: once nothing runs on ${quoted(names)} any more, take ${it(names)} out of pools, and this goes.`,
  ];
  return [step('Retire, later', words, changes, stacks, without(stacks, going), [])];
}

function addingWords(before: Output, after: Output, changes: readonly Change[]): string[] {
  const added = poolsOnlyIn(after.review.pools, before.review.pools);
  const was = retiringIn(before.review.pools);
  const retiring = retiringIn(after.review.pools).filter((name) => !was.includes(name));
  return [
    ...(added.length > 0 ? [`New pools: ${quoted(added)}.`] : []),
    ...(retiring.length > 0
      ? [
          `${quoted(retiring)} ${retiring.length === 1 ? 'retires' : 'retire'}: the nodes stay until they are empty, and nothing new is sent there.`,
        ]
      : []),
    ...changes.flatMap(fewerNodes),
    ...changes.flatMap(databaseTime),
  ];
}

/** RDS keeps what would interrupt it for its maintenance window, unless it is told otherwise. */
function databaseTime({ kind, resource, differences: found }: Change): string[] {
  const interrupts = ['instance_class', 'engine_version', 'parameter_group_name', 'storage_type'];
  if (kind !== 'changed' || resource.type !== 'aws_db_instance') return [];
  if (!found.some(({ path }) => interrupts.includes(path))) return [];
  const when = resource.attributes.apply_immediately
    ? 'at once: whoever is connected is cut off'
    : `in its maintenance window, ${resource.attributes.maintenance_window ?? 'which RDS chooses'} (UTC)`;
  return [`${resource.reference} changes ${when}.`];
}

/** EKS keeps no group whose maximum is below what runs. */
function fewerNodes({ resource, differences: found }: Change): string[] {
  const max = found.find(({ path }) => path === 'scaling_config.max_size');
  if (typeof max?.before !== 'number' || typeof max.after !== 'number' || max.after >= max.before) return [];
  return [
    `${resource.reference} gets a maximum of ${max.after} instead of ${max.before}: EKS refuses that while more nodes run; raise the pool's max, or scale down first.`,
  ];
}

/** Names of pools whose nodes go, that retired before, and that did not. */
function goingPools(before: Output, after: Output, removed: readonly Change[]) {
  const gone = new Set(removed.map(({ resource }) => resource.address));
  const names = poolsOnlyIn(before.review.pools, after.review.pools).filter((name) =>
    resourcesOfPools(before.stacks, before.review.pools, [name]).some(({ address }) => gone.has(address)),
  );
  const retired = retiringIn(before.review.pools);
  return {
    retired: names.filter((name) => retired.includes(name)),
    atOnce: names.filter((name) => !retired.includes(name)),
  };
}

const adviceFor = (names: readonly string[]) =>
  names.length === 0
    ? []
    : [
        `Make this two changes, or what runs on ${quoted(names)} is stopped: first keep ${it(names)} in pools with retiring: true and deploy all stacks, so that the work moves to other pools; then take ${it(names)} out.`,
      ];

function dutiesOf({ review: before }: Output, { review: after }: Output): string[] {
  const said = new Set(before.notes.map(({ text }) => text));
  return [...new Set(after.notes.map(({ text }) => text))].filter((text) => !said.has(text));
}

const unjudgedTypes = (changes: readonly Change[]) => [
  ...new Set(
    changes
      .filter(({ kind, resource }) => kind !== 'added' && kind !== 'removed' && !typeRow(resource.type))
      .map(({ resource }) => resource.type),
  ),
];

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
const it = (names: readonly string[]) => (names.length === 1 ? 'it' : 'them');
