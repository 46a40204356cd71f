/** A block of IPv4 addresses; `first` is its first address as a number. */
export interface Ipv4Range {
  readonly first: number;
  readonly prefix: number;
}

/** Number of addresses. */
export const sizeOf = ({ prefix }: Ipv4Range) => 2 ** (32 - prefix);

/**
 * `'10.0.0.0/16'` → its range; addresses before the first of the block are cut off.
 * @returns undefined for any other text
 */
export function parseRange(cidr: string): Ipv4Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match?.slice(1).map(Number) ?? [];
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % sizeOf({ first: 0, prefix })), prefix };
}

/** A range in CIDR notation. */
export function formatRange({ first, prefix }: Ipv4Range): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join('.')}/${prefix}`;
}

/** The `index`-th block of 2^-`bits` of a range: `sliceOf(10.0.0.0/16, 8, 2)` → 10.0.2.0/24. */
export function sliceOf(range: Ipv4Range, bits: number, index: number): Ipv4Range {
  const prefix = range.prefix + bits;
  return { first: range.first + index * sizeOf({ first: 0, prefix }), prefix };
}

/** Whether all of `inner` lies in `outer`. */
export const contains = (outer: Ipv4Range, inner: Ipv4Range) =>
  inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);

/** Whether two ranges share an address. */
export const overlap = (one: Ipv4Range, other: Ipv4Range) => contains(one, other) || contains(other, one);
