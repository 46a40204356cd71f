import type { Datatype } from '../../../services/model-server/protocol/tensor';

/**
 * ONNX files, written as the protocol buffers that they are (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): tests need
 * no Python, and each can have the model that shows its point.
 */
export interface Value {
  readonly name: string;
  readonly datatype: Datatype;
  /** A name is a dimension that may vary. */
  readonly shape: readonly (number | string)[];
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers only; those of an array become a list. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  /** Needed for operators that are not in the default domain. */
  readonly domain?: string;
}

/** Numbers that belong to the model: weights. FP32. */
export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Model {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly constants?: readonly Constant[];
}

/** TensorProto.DataType. */
const elementTypes: Record<Datatype, number> = {
  ...{ FP32: 1, UINT8: 2, INT8: 3, UINT16: 4, INT16: 5, INT32: 6, INT64: 7, BYTES: 8, BOOL: 9, FP16: 10, FP64: 11 },
  ...{ UINT32: 12, UINT64: 13 },
};

export function onnxFile({ inputs, outputs, nodes, constants = [] }: Model): Buffer {
  const graph = [
    ...nodes.map((node) => field(1, nodeProto(node))),
    field(2, Buffer.from('graph')),
    ...constants.map((constant) => field(5, tensorProto(constant))),
    ...inputs.map((input) => field(11, valueInfo(input))),
    ...outputs.map((output) => field(12, valueInfo(output))),
  ];
  const opset = field(8, number(2, 17));
  return Buffer.concat([number(1, 8), field(7, ...graph), opset]);
}

const valueInfo = ({ name, datatype, shape }: Value) => {
  const dims = shape.map((size) => field(1, typeof size === 'number' ? number(1, size) : field(2, Buffer.from(size))));
  const type = field(1, number(1, elementTypes[datatype]), field(2, ...dims));
  return Buffer.concat([field(1, Buffer.from(name)), field(2, type)]);
};

const nodeProto = ({ op, inputs, outputs, attributes = {}, domain }: Node) =>
  Buffer.concat([
    ...inputs.map((name) => field(1, Buffer.from(name))),
    ...outputs.map((name) => field(2, Buffer.from(name))),
    field(4, Buffer.from(op)),
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
    ...(domain ? [field(7, Buffer.from(domain))] : []),
  ]);

const attribute = (name: string, value: number | readonly number[]) =>
  Buffer.concat([
    field(1, Buffer.from(name)),
    ...(typeof value === 'number'
      ? [number(3, value), number(20, 2)]
      : [...value.map((v) => number(8, v)), number(20, 7)]),
  ]);

const tensorProto = ({ name, shape, data }: Constant) =>
  Buffer.concat([
    ...shape.map((size) => number(1, size)),
    number(2, elementTypes.FP32),
    field(8, Buffer.from(name)),
    field(9, Buffer.from(Float32Array.from(data).buffer)),
  ]);

/** Wire type 2: bytes with their length before them. */
const field = (tag: number, ...parts: readonly Buffer[]) => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([varint(tag * 8 + 2), varint(bytes.length), bytes]);
};

const number = (tag: number, value: number) => Buffer.concat([varint(tag * 8), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** Gives back what it takes, one output for each input: `in_FP32` to `out_FP32` and so on. */
export const identityModel = (datatypes: readonly Datatype[], shape: readonly (number | string)[] = ['n', 2]): Buffer =>
  onnxFile({
    inputs: datatypes.map((datatype) => ({ name: `in_${datatype}`, datatype, shape })),
    outputs: datatypes.map((datatype) => ({ name: `out_${datatype}`, datatype, shape })),
    nodes: datatypes.map((datatype) => ({ op: 'Identity', inputs: [`in_${datatype}`], outputs: [`out_${datatype}`] })),
  });

/** `y = x + offset`, x and y FP32 with shape [n, 2]: two of them differ on every input. */
export const offsetModel = (offset: number): Buffer =>
  onnxFile({
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['n', 2] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: ['n', 2] }],
    nodes: [{ op: 'Add', inputs: ['x', 'offset'], outputs: ['y'] }],
    constants: [{ name: 'offset', shape: [1], data: [offset] }],
  });

/** Layers of `y = relu(x · w)`, x and y FP32 with shape [n, width]: takes as long as you want it to. */
export const denseModel = (width: number, layers: number): Buffer => {
  const weights = Array.from(
    { length: width * width },
    (_, i) => (((i * 7919) % 1000) / 1000 - 0.5) / Math.sqrt(width),
  );
  const at = (layer: number) => (layer === 0 ? 'x' : layer === layers ? 'y' : `h${layer}`);
  return onnxFile({
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['n', width] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: ['n', width] }],
    nodes: Array.from({ length: layers }, (_, layer) => [
      { op: 'MatMul', inputs: [at(layer), 'w'], outputs: [`m${layer}`] },
      { op: 'Relu', inputs: [`m${layer}`], outputs: [at(layer + 1)] },
    ]).flat(),
    constants: [{ name: 'w', shape: [width, width], data: weights }],
  });
};
