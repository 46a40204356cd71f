/** Datatypes as the Open Inference Protocol spells them. BF16 is not among them: no client of ours could fill it. */
export const datatypes = [
  ...(['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'] as const),
  ...(['FP16', 'FP32', 'FP64', 'BYTES'] as const),
] as const;

export type Datatype = (typeof datatypes)[number];

/**
 * Elements in row-major order. BOOL lies in a Uint8Array (0 or 1), FP16 in a Uint16Array (its bits), 64-bit integers in the BigInt
 * arrays, BYTES as text: ONNX has UTF-8 strings and nothing else of this kind.
 */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly string[];

export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Sizes of the dimensions; their product is the number of elements, `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a model takes or gives under one name. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** As the protocol has it: -1 where the size may vary. */
  readonly shape: readonly number[];
}
