import { isMap } from '../../core/maps';

/** An attribute that differs: its path (`scaling_config.max_size`), and both values. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Where two versions of a resource differ. A block that may stand once is written with and without brackets: it is the same. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  const [a, b] = [single(before), single(after)];
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (!isMap(a) || !isMap(b)) return [{ path, before: a, after: b }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return keys.flatMap((key) => differences(a[key], b[key], path ? `${path}.${key}` : key));
}

/** The value at a path; of a list of blocks, what stands there in each. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  const one = single(value);
  if (Array.isArray(one)) return one.map((item) => valueAt(item, path));
  if (!isMap(one)) return undefined;
  const [key = '', ...rest] = path.split('.');
  return valueAt(one[key], rest.join('.'));
}

/** A path, or what lies below it. */
export const isWithin = (path: string, outer: string) => path === outer || path.startsWith(`${outer}.`);

/** `scaling_config[0].desired_size` as it stands in `ignore_changes`, written as a path. */
export const asPath = (attribute: string) => attribute.replaceAll(/\[\d+\]/g, '');

const single = (value: unknown) => (Array.isArray(value) && value.length === 1 && isMap(value[0]) ? value[0] : value);
