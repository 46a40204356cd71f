import type { SchemaElement } from 'hyparquet';
import { fromHalf } from '../protocol/fp16';
import type { Datatype, Tensor, TensorData } from '../protocol/tensor';

type Element = Pick<SchemaElement, 'type' | 'converted_type'>;

/** Parquet's type for each datatype. Halves are written as floats, which hold each of them exactly and which every reader has. */
const elements: Readonly<Record<Datatype, Element>> = {
  BOOL: { type: 'BOOLEAN' },
  UINT8: { type: 'INT32', converted_type: 'UINT_8' },
  UINT16: { type: 'INT32', converted_type: 'UINT_16' },
  UINT32: { type: 'INT32', converted_type: 'UINT_32' },
  UINT64: { type: 'INT64', converted_type: 'UINT_64' },
  INT8: { type: 'INT32', converted_type: 'INT_8' },
  INT16: { type: 'INT32', converted_type: 'INT_16' },
  INT32: { type: 'INT32' },
  INT64: { type: 'INT64' },
  FP16: { type: 'FLOAT' },
  FP32: { type: 'FLOAT' },
  FP64: { type: 'DOUBLE' },
  BYTES: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

/** A column of single values. */
export const scalarColumn = (name: string, datatype: Datatype): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', ...elements[datatype] },
];

/** A column of lists, in the three levels that all readers know. */
export const listColumn = (name: string, datatype: Datatype): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', ...elements[datatype] },
];

export type Value = number | bigint | boolean | string;

export function elementAt({ datatype, data }: Tensor, index: number): Value {
  const value = data[index] as number | bigint | string;
  if (datatype === 'BOOL') return value !== 0;
  return datatype === 'FP16' ? fromHalf(value as number) : value;
}

export function elementsOf({ datatype, data }: Tensor, from: number, to: number): Value[] {
  const part: TensorData = ArrayBuffer.isView(data) ? data.subarray(from, to) : data.slice(from, to);
  if (datatype === 'BOOL') return Array.from(part as Uint8Array, Boolean);
  if (datatype === 'FP16') return Array.from(part as Uint16Array, fromHalf);
  return Array.from<Value>(part as ArrayLike<Value>);
}
