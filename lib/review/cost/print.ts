import { table } from '../table';
import type { Cost } from './cost';
import { usd } from './money';
import { pricedRegion } from './price';

/** Floor and ceiling of a month by what is paid for, for a terminal; undefined where nothing has a price. */
export function costText(cost: Cost): string | undefined {
  if (cost.items.length === 0) return undefined;
  const sections = [
    sums(cost),
    `USD per month of 730 hours, on demand, without tax; ${regionSentence(cost.region)}.`,
    ...(cost.unpriced.length > 0 ? [list('Not priced, and in no sum:', cost.unpriced.map(unpricedLine))] : []),
    list('Not in it:', cost.notIncluded),
  ];
  return sections.join('\n');
}

const regionSentence = (region: string | undefined) =>
  region === pricedRegion
    ? `prices are those of ${pricedRegion}`
    : `prices are those of ${pricedRegion}, and ${region ?? 'the region that it is built in'} has its own`;

function sums({ items, floor, ceiling }: Cost): string {
  const byWhat = new Map<string, readonly [floor: number, ceiling: number]>();
  for (const item of items) {
    const [least, most] = byWhat.get(item.what) ?? [0, 0];
    byWhat.set(item.what, [least + item.floor, most + item.ceiling]);
  }
  const largestFirst = [...byWhat].sort(([, one], [, other]) => other[1] - one[1]);
  const rows = [...largestFirst, ['sum', [floor, ceiling]] as const].map(([what, [least, most]]) => ({
    what,
    cells: [usd(least), usd(most)],
  }));
  const width = Math.max(...rows.flatMap(({ cells }) => cells.map(({ length }) => length)), 'ceiling'.length);
  const right = (text: string) => text.padStart(width);
  return table(
    ['cost', right('floor'), right('ceiling')],
    rows.map(({ what, cells }) => [what, ...cells.map(right)]),
  );
}

const unpricedLine = ({ address, why, path }: Cost['unpriced'][number]) => `${address}: ${why} (${path})`;

const list = (title: string, lines: readonly string[]) => [title, ...lines.map((line) => `  - ${line}`)].join('\n');
