import './no-telemetry';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Datatype, Tensor, TensorData, TensorSpec } from '../protocol/tensor';
import type { Engine, Session } from './engine';

/** ONNX's own names of the datatypes; what is not here (complex numbers, 4 and 8 bit floats) has no place in the protocol. */
const datatypes: Readonly<Record<string, Datatype>> = {
  ...{ bool: 'BOOL', uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64' },
  ...{ int8: 'INT8', int16: 'INT16', int32: 'INT32', int64: 'INT64' },
  ...{ float16: 'FP16', float32: 'FP32', float64: 'FP64', string: 'BYTES' },
};
const onnxTypes = Object.fromEntries(Object.entries(datatypes).map(([onnx, ours]) => [ours, onnx])) as Record<
  Datatype,
  OnnxTensor.Type
>;

/**
 * From Node 24 on there is a Float16Array. onnxruntime then wants halves in one, which its native part (1.30) takes for an empty array.
 * It looks once, when it makes its first tensor: where it sees none, halves are their bits, as on older Nodes.
 */
function keepHalvesAsBits(): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (found === undefined) return;
  delete (globalThis as { Float16Array?: unknown }).Float16Array;
  try {
    new OnnxTensor('uint8', new Uint8Array(0), [0]);
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', found);
  }
}
keepHalvesAsBits();

export interface OnnxEngineProps {
  /** Threads within one operator. */
  readonly threads: number;
}

/** onnxruntime on the CPU. It runs on the thread of the process: while it does, nothing else is done here. */
export class OnnxEngine implements Engine {
  readonly platform = 'onnxruntime_onnx';

  constructor(private readonly props: OnnxEngineProps) {}

  async load(file: string): Promise<Session> {
    const session = await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: this.props.threads,
      interOpNumThreads: 1,
      // What it logs is what it throws, too, and clients could fill the log with it: only what is fatal.
      logSeverityLevel: 4,
    });
    try {
      return new OnnxSession(session, specs(session.inputMetadata), specs(session.outputMetadata));
    } catch (error) {
      await session.release();
      throw error;
    }
  }
}

class OnnxSession implements Session {
  constructor(
    private readonly session: InferenceSession,
    readonly inputs: readonly TensorSpec[],
    readonly outputs: readonly TensorSpec[],
  ) {}

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<Tensor[]> {
    const feeds: Record<string, OnnxTensor> = {};
    for (const input of inputs) feeds[input.name] = toOnnx(input);
    const results = await this.session.run(feeds, outputs);
    return outputs.map((name) => fromOnnx(name, results[name] as OnnxTensor));
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

const specs = (values: readonly InferenceSession.ValueMetadata[]): TensorSpec[] =>
  values.map((value) => {
    if (!value.isTensor)
      throw new Error(`'${value.name}' is a map, a sequence or an optional; the protocol has tensors only`);
    const datatype = datatypes[value.type];
    if (datatype === undefined)
      throw new Error(`'${value.name}' has the type ${value.type}, which the protocol does not have`);
    return { name: value.name, datatype, shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)) };
  });

const toOnnx = ({ datatype, data, shape }: Tensor) => new OnnxTensor(onnxTypes[datatype], data as never, shape);

const fromOnnx = (name: string, tensor: OnnxTensor): Tensor => ({
  name,
  datatype: datatypes[tensor.type] as Datatype,
  shape: tensor.dims,
  data: tensor.data as TensorData,
});
