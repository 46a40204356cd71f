import type { Change } from './changes';
import { type Danger, howReplaced, undecided } from './dangers';
import type { Diff, Step } from './diff';
import { valuesOf } from './values';

/** How the same content looks in one place: a terminal, or a comment of a pull request. */
export interface Style {
  readonly heading: (text: string) => string;
  readonly item: (text: string) => string;
  /** Lines that begin with `+`, `!` or `-`, below a name. */
  readonly block: (name: string, lines: readonly string[]) => string;
}

export const plainStyle: Style = {
  heading: (text) => text,
  item: (text) => `  - ${text}`,
  block: (name, lines) => [`  ${name}`, ...lines.map((line) => `    ${line}`)].join('\n'),
};

/** GitHub and GitLab colour lines of `diff` blocks by their first character. */
export const markdownStyle: Style = {
  heading: (text) => `### ${text}`,
  item: (text) => `- ${text.replaceAll(/([<>*_])/g, '\\$1')}`,
  block: (name, lines) => `**${name}**\n\n\`\`\`diff\n${lines.join('\n')}\n\`\`\``,
};

/**
 * A diff as text: dangers, then each step with its resources by stack, money and duties.
 * @param allowed addresses of dangers that somebody has decided on
 */
export function printed(diff: Diff, style: Style, allowed: readonly string[] = []): string {
  const open = undecided(diff.dangers, allowed);
  const decided = diff.dangers.filter((danger) => !open.includes(danger));
  const sections = [
    ...dangerSection(`${counted(open.length, 'danger')}: do not apply this`, open, style),
    ...dangerSection('Dangers that were accepted', decided, style),
    ...(diff.dangers.length === 0 ? [style.heading(diff.steps.length > 0 ? 'No dangers' : 'Nothing changes')] : []),
    ...(diff.advice.length > 0 ? [diff.advice.map(style.item).join('\n')] : []),
    ...diff.steps.flatMap((step, index) => stepSections(step, index + 1, diff.steps.length, style)),
    ...unjudgedSection(diff.unjudged, style),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Each of its own, and in one line how much follows from them. */
function dangerSection(heading: string, dangers: readonly Danger[], style: Style): string[] {
  if (dangers.length === 0) return [];
  const own = dangers.filter(({ because }) => because === undefined);
  const types = new Set(dangers.filter(({ because }) => because).map(({ address }) => typeOf(address)));
  const more = dangers.length - own.length;
  const rest = `${more} more, destroyed and made again because of what they refer to: ${[...types].join(', ')}`;
  const items = own.map(({ address, path, text }) => style.item(`${address} (${path}) ${text}`));
  return [[style.heading(heading), ...items, ...(more > 0 ? [style.item(rest)] : [])].join('\n')];
}

const typeOf = (address: string) => address.split(': ')[1]?.split('.')[0];

function stepSections(step: Step, number: number, count: number, style: Style): string[] {
  const title = count > 1 ? `Step ${number}: ${lower(step.title)}` : step.title;
  const stacks = [...new Set(step.changes.map(({ resource }) => resource.stack))];
  const blocks = stacks.map((stack) => {
    const changes = step.changes.filter(({ resource }) => resource.stack === stack);
    return style.block(`${stack}: ${summaryOf(changes)}`, linesOf(changes));
  });
  return [
    [style.heading(title), ...step.words.map(style.item), ...moneyOf(step.cost).map(style.item)].join('\n'),
    ...blocks,
    ...(step.duties.length > 0 ? [['New duties and notes:', ...step.duties.map(style.item)].join('\n')] : []),
  ];
}

const lower = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function summaryOf(changes: readonly Change[]): string {
  const kinds = ['added', 'changed', 'moved', 'replaced', 'removed'] as const;
  return kinds
    .map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(', ');
}

/** What changes, one line each; what is added, removed or replaced for another's sake, one line for each construct. */
function linesOf(changes: readonly Change[]): string[] {
  const alike = (mark: string, words: string, some: (change: Change) => boolean) =>
    byConstruct(changes.filter(some)).map((text) => `${mark} ${text}${words}`);
  const single = changes.filter(({ kind, because }) => kind !== 'added' && kind !== 'removed' && !because);
  return [
    ...single.map((change) => `! ${lineOf(change)}`),
    ...alike('!', ' replaced with what they refer to', ({ because }) => because !== undefined),
    ...alike('+', '', ({ kind }) => kind === 'added'),
    ...alike('-', '', ({ kind }) => kind === 'removed'),
  ];
}

function lineOf(change: Change): string {
  const { kind, resource, differences, forces } = change;
  const name = `${below(resource.path)} (${resource.type})`;
  const paths = differences.map(({ path }) => path);
  if (kind !== 'replaced') return `${name}${kind === 'moved' ? ' moved' : ''}: ${short(change, paths)}`;
  return `${name} replaced, ${howReplaced(change) ?? 'old before new'}: ${valuesOf(change, forces)}`;
}

const mostPaths = 6;

function short(change: Change, paths: readonly string[]): string {
  const first = valuesOf(change, paths.slice(0, mostPaths));
  return paths.length > mostPaths ? `${first} and ${paths.length - mostPaths} more` : first || 'nothing else';
}

function byConstruct(changes: readonly Change[]): string[] {
  const constructs = new Map<string, Map<string, number>>();
  for (const { resource } of changes) {
    const parts = below(resource.path).split('/');
    const construct = parts
      .slice(0, Math.min(3, Math.max(1, parts.length - (isMain(resource.path) ? 0 : 1))))
      .join('/');
    const types = constructs.get(construct) ?? new Map<string, number>();
    constructs.set(construct, types.set(resource.type, (types.get(resource.type) ?? 0) + 1));
  }
  return [...constructs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([construct, types]) => {
      const all = [...types].map(([type, count]) => (count === 1 ? type : `${type} ×${count}`));
      return `${construct}: ${all.join(', ')}`;
    });
}

const isMain = (path: string) => path.endsWith('/Resource');

/** The path below its stack, without the resource's own id. */
const below = (path: string) =>
  path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\/Resource$/, '');

/** Nothing where nothing is priced, and where nothing changes. */
function moneyOf({ before, after }: Step['cost']): string[] {
  if (before.items.length === 0 && after.items.length === 0) return [];
  const same = before.floor === after.floor && before.ceiling === after.ceiling;
  const text = same
    ? `${usd(after.floor)} to ${usd(after.ceiling)} USD a month, as before`
    : `${usd(before.floor)} to ${usd(before.ceiling)} → ${usd(after.floor)} to ${usd(after.ceiling)} USD a month`;
  const known = new Set(before.unpriced.map(({ type }) => type));
  const unpriced = [...new Set(after.unpriced.map(({ type }) => type))].filter((type) => !known.has(type));
  return [
    `Money: ${text}, on demand at the prices of us-east-1.`,
    ...(unpriced.length > 0 ? [`Not priced: ${unpriced.join(', ')}.`] : []),
  ];
}

const usd = (amount: number) => Math.round(amount).toLocaleString('en-US');

function unjudgedSection(types: readonly string[], style: Style): string[] {
  if (types.length === 0) return [];
  return [style.item(`Not judged, because we do not know what replaces them: ${types.join(', ')}; read their plan`)];
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
