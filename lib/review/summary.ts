import type { Review } from '../core/notes';
import { costOf } from './cost/cost';
import { costText } from './cost/print';
import { type Output, pathOf, type StackJson } from './output';
import { table } from './table';

/** What a synth wrote, for a terminal: resources by stack and construct, pools, cost, and what a reviewer should know. */
export function summary({ folder, stacks, review }: Output): string {
  const rows = resourceRows(stacks);
  const cost = costText(costOf(stacks));
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  const sections = [
    table(
      ['stack', 'construct', 'count', 'resources'],
      rows.map(({ stack, construct, count, types }) => [stack, construct, String(count), types]),
    ),
    `${plural(total, 'resource')} in ${plural(Object.keys(stacks).length, 'stack')}: ${folder}`,
    ...(review.pools.length > 0 ? [poolTable(review.pools)] : []),
    ...(cost === undefined ? [] : [cost]),
    ...(review.notes.length > 0 ? [notes(review.notes)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** More than these are scrolled past, not read. */
const mostRows = 40;

/** One row per construct: the first two parts of a path below the stack, or the first where that would be too many. */
function resourceRows(stacks: Output['stacks']) {
  const rows = (depth: number) => Object.entries(stacks).flatMap(([stack, json]) => constructRows(stack, json, depth));
  const fine = rows(2);
  return fine.length > mostRows ? rows(1) : fine;
}

function constructRows(stack: string, json: StackJson, depth: number) {
  const constructs = new Map<string, Map<string, number>>();
  for (const [type, resources] of Object.entries(json.resource ?? {})) {
    for (const [name, resource] of Object.entries(resources)) {
      const construct = constructOf(pathOf(resource) ?? `${stack}/${name}`, depth);
      const counts = constructs.get(construct) ?? new Map<string, number>();
      constructs.set(construct, counts.set(type, (counts.get(type) ?? 0) + 1));
    }
  }
  return [...constructs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([construct, counts]) => ({
      stack,
      construct,
      count: [...counts.values()].reduce((sum, count) => sum + count, 0),
      types: typesText(counts),
    }));
}

/** `platform/Registry/Service/Server/Resource` → `Registry/Service`; the resource's own id is left out. */
function constructOf(path: string, depth: number): string {
  const below = path.split('/').slice(1);
  return below.slice(0, Math.min(depth, Math.max(1, below.length - 1))).join('/');
}

/** Characters of a list of types; a longer one breaks the table in a terminal. */
const longestTypes = 100;

function typesText(counts: ReadonlyMap<string, number>): string {
  const all = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => (count === 1 ? type : `${type} ×${count}`));
  const shown = all.filter((_, index) => index === 0 || all.slice(0, index + 1).join(', ').length <= longestTypes);
  const more = all.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${plural(more, 'other type')}`;
}

const poolTable = (pools: Review['pools']) =>
  table(
    ['pool', 'cluster', 'accelerator', 'node selector', 'tolerates', 'capacity'],
    pools.map(({ cluster, pool }) => [
      pool.retiring ? `${pool.poolName} (retiring)` : pool.poolName,
      cluster,
      pool.device?.accelerator ?? '–',
      pairs(pool.nodeSelector),
      pool.tolerations
        .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`)
        .join(', ') || '–',
      pool.capacity
        ? `${pool.capacity.cpu} CPU, ${pool.capacity.memory}${pool.capacity.devices ? `, ${plural(pool.capacity.devices, 'device')}` : ''}`
        : 'unknown',
    ]),
  );

const notes = (all: Review['notes']) =>
  ['What a reviewer should know:', ...all.map(({ path, text }) => `  - ${text} (${path})`)].join('\n');

const pairs = (record: Readonly<Record<string, string>>) =>
  Object.entries(record)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ') || '–';

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
