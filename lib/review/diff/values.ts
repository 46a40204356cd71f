import { valueAt } from './attributes';
import type { Change } from './changes';

/** `multi_az false → true, subnet_ids 2 → 3 entries`, for the reader of a plan. */
export function valuesOf({ differences, before, resource }: Change, paths: readonly string[]): string {
  return paths
    .map((path) => {
      const found = differences.find((one) => one.path === path);
      const [a, b] = found
        ? [found.before, found.after]
        : [valueAt(before?.attributes, path), valueAt(resource.attributes, path)];
      return `${nameOf(path)} ${pair(single(a), single(b))}`;
    })
    .join(', ');
}

/** Of a long path, what tells it from others. */
const nameOf = (path: string) => (path.length > 40 ? `…${path.split('.').slice(-2).join('.')}` : path);

/** Longer ones are not shown: whoever needs them reads Terraform's plan. */
const longest = 60;

function pair(before: unknown, after: unknown): string {
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length ? 'changed' : `${before.length} → ${after.length} entries`;
  const [a, b] = [shown(before), shown(after)];
  if (/\n/.test(`${before}${after}`)) return lines(String(before), String(after));
  return a.length > longest || b.length > longest ? 'changed' : `${a} → ${b}`;
}

function lines(before: string, after: string): string {
  const count = (text: string, other: string) => {
    const left = other.split('\n');
    return text.split('\n').filter((line) => {
      const index = left.indexOf(line);
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    }).length;
  };
  return `${count(after, before)} lines more, ${count(before, after)} fewer`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value !== 'string') return JSON.stringify(value);
  const [, reference] = /^\$\{([^{}]+)\}$/.exec(value) ?? [];
  return reference ?? `'${value}'`;
}

const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
