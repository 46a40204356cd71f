/** Plain data under keys. */
export type PlainMap = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One over the other, as Helm merges values: maps by key, everything else is replaced. */
export function mergeMaps(below: PlainMap, over: PlainMap = {}): PlainMap {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? mergeMaps(old, value) : value;
  }
  return merged;
}
