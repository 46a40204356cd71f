import { toHalf } from '../../protocol/fp16';
import { arrays } from '../../protocol/raw';
import type { Tensor, TensorData, TensorSpec } from '../../protocol/tensor';

/** Reads JSON as Python writes it: with NaN and Infinity, which come back as text. */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(
    text.replace(/"(?:\\.|[^"\\])*"|-?\b(?:NaN|Infinity)\b/g, (part) => (part[0] === '"' ? part : `"${part}"`)),
  );

/**
 * Values of JSON, nested or flat, as the tensor that a model takes. Values that lie flat take the model's shape, whatever varies in it
 * is made to fit.
 * @throws Error in words when they cannot
 */
export function tensorOf(
  { name, datatype, shape: wanted }: TensorSpec,
  value: unknown,
  asked?: readonly number[],
): Tensor {
  const flat = Array.isArray(value) ? (value.flat(Number.POSITIVE_INFINITY) as unknown[]) : [value];
  const shape = asked ?? fit(shapeOf(value), wanted, flat.length);
  if (shape === undefined || shape.reduce((a, b) => a * b, 1) !== flat.length)
    throw new Error(
      `'${name}' has ${flat.length} values of the shape [${asked ?? shapeOf(value)}], not of [${wanted}]`,
    );
  return { name, datatype, shape, data: dataOf(name, datatype, flat) };
}

/** As far as it is regular: what is not is found by the count of its values. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

function fit(shape: number[], wanted: readonly number[], count: number): readonly number[] | undefined {
  const fits = (i: number) => wanted[i] === -1 || wanted[i] === shape[i];
  if (wanted.length === 0 || (shape.length === wanted.length && shape.every((_, i) => fits(i)))) return shape;
  const fixed = wanted.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  // The first size that varies, as a rule the batch's, takes what is left.
  const first = wanted.indexOf(-1);
  if (fixed === 0 || count % fixed !== 0 || (first === -1 && count !== fixed)) return undefined;
  return wanted.map((size, i) => (size !== -1 ? size : i === first ? count / fixed : 1));
}

function dataOf(name: string, datatype: TensorSpec['datatype'], values: readonly unknown[]): TensorData {
  if (datatype === 'BYTES') return values.map(String);
  const numbers = values.map((value) => numberOf(name, value));
  const array = arrays[datatype];
  if (array === BigInt64Array || array === BigUint64Array) return array.from(numbers.map((n) => whole(name, n)));
  if (datatype === 'FP16') return Uint16Array.from(numbers, toHalf);
  return (array as typeof Float64Array).from(numbers) as TensorData;
}

function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  // Missing values of a DataFrame.
  if (value === null || value === 'NaN') return Number.NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  throw new Error(`'${name}' has a value that is no number, got ${JSON.stringify(value)?.slice(0, 40)}`);
}

function whole(name: string, value: number): bigint {
  if (Number.isInteger(value)) return BigInt(value);
  throw new Error(`'${name}' has a value that is no whole number, got ${value}`);
}
