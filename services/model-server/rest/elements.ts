import { fromHalf, toHalf } from '../protocol/fp16';
import { arrays, invalid } from '../protocol/raw';
import type { Datatype, Tensor, TensorData } from '../protocol/tensor';

/** Tensors as numbers, texts and truth values of JSON, flat or nested. */

const ranges: Readonly<Record<'UINT8' | 'UINT16' | 'UINT32' | 'INT8' | 'INT16' | 'INT32', readonly [number, number]>> =
  {
    UINT8: [0, 2 ** 8 - 1],
    UINT16: [0, 2 ** 16 - 1],
    UINT32: [0, 2 ** 32 - 1],
    INT8: [-(2 ** 7), 2 ** 7 - 1],
    INT16: [-(2 ** 15), 2 ** 15 - 1],
    INT32: [-(2 ** 31), 2 ** 31 - 1],
  };

const bigRanges = { UINT64: [0n, 2n ** 64n - 1n], INT64: [-(2n ** 63n), 2n ** 63n - 1n] } as const;

/** @throws ServiceError 400 that names the tensor and the first element that does not fit */
export function readElements(name: string, datatype: Datatype, shape: readonly number[], data: unknown): TensorData {
  if (!Array.isArray(data)) throw invalid(`input '${name}' expected data as an array, got ${kindOf(data)}`);
  const flat = Array.isArray(data[0]) ? flatten(name, shape, data) : data;
  const wrong = (at: number) => invalid(`input '${name}' expected ${datatype}, got ${show(flat[at])} as element ${at}`);
  if (datatype === 'BYTES') {
    const at = flat.findIndex((element) => typeof element !== 'string');
    if (at >= 0) throw wrong(at);
    return flat;
  }
  const elements = new arrays[datatype](flat.length);
  const read = readers[datatype];
  for (let i = 0; i < flat.length; i++) {
    const element = read(flat[i]);
    if (element === undefined) throw wrong(i);
    elements[i] = element;
  }
  return elements;
}

/** `undefined` for what is no element of the datatype. */
const readers = {
  BOOL: (value) => (typeof value === 'boolean' || value === 0 || value === 1 ? Number(value) : undefined),
  ...{ UINT8: whole('UINT8'), UINT16: whole('UINT16'), UINT32: whole('UINT32') },
  ...{ INT8: whole('INT8'), INT16: whole('INT16'), INT32: whole('INT32') },
  ...{ UINT64: big('UINT64'), INT64: big('INT64') },
  FP16: (value) => {
    const read = real(value);
    return read === undefined ? undefined : toHalf(read);
  },
  ...{ FP32: real, FP64: real },
} as Record<Exclude<Datatype, 'BYTES'>, (value: unknown) => never>;

function real(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  return typeof value === 'string' && longDigits.test(value) ? Number(value) : undefined;
}

function whole(datatype: keyof typeof ranges) {
  const [least, most] = ranges[datatype];
  return (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function big(datatype: keyof typeof bigRanges) {
  const [least, most] = bigRanges[datatype];
  return (value: unknown) => {
    if (!(Number.isSafeInteger(value) || (typeof value === 'string' && longDigits.test(value)))) return undefined;
    const element = BigInt(value as number | string);
    return element >= least && element <= most ? element : undefined;
  };
}

/** What `parseJson` makes of whole numbers that no double holds. */
const longDigits = /^-?\d{16,400}$/;

/** Each level has as many elements as the shape says. */
function flatten(name: string, shape: readonly number[], data: readonly unknown[]): unknown[] {
  let level: readonly unknown[] = data;
  for (const [depth, size] of shape.entries()) {
    if (depth === 0 ? data.length !== size : level.some((part) => !Array.isArray(part) || part.length !== size))
      throw invalid(
        `input '${name}' has shape [${shape.join(',')}], its nested data has another at dimension ${depth}`,
      );
    if (depth > 0) level = (level as readonly (readonly unknown[])[]).flat();
  }
  return [...level];
}

/** Elements as the text of a JSON array: numbers come back as they were, also -0; NaN as null, infinite ones as 1e999. */
export function writeElements({ datatype, data }: Tensor): string {
  if (datatype === 'BYTES') return JSON.stringify(data);
  if (datatype === 'BOOL') return `[${Array.from(data as Uint8Array, (bit) => bit !== 0).join()}]`;
  if (datatype === 'FP16') return `[${Array.from(data as Uint16Array, (bits) => writeReal(fromHalf(bits))).join()}]`;
  if (datatype !== 'FP32' && datatype !== 'FP64') return `[${(data as Int32Array).join()}]`;
  const reals = data as Float64Array;
  let text = '[';
  for (let i = 0; i < reals.length; i++) text += (i === 0 ? '' : ',') + writeReal(reals[i] as number);
  return `${text}]`;
}

function writeReal(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0';
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'null' : value > 0 ? '1e999' : '-1e999';
}

const kindOf = (value: unknown) => (value === null ? 'null' : typeof value);
const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 40);
