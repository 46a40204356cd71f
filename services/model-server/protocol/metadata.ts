import { version } from '../../kit/version';
import type { LoadedModel } from '../models/repository';
import type { Datatype, TensorSpec } from './tensor';

/** What the server says about itself, over REST and gRPC alike. */
export const serverMetadata = {
  name: 'mlops-model-server',
  version,
  extensions: ['binary_tensor_data', 'model_repository', 'model_configuration'],
} as const;

/** What the server says about a version. */
export const modelMetadata = ({ name, version, platform, session }: LoadedModel) => ({
  name,
  versions: [version],
  platform,
  inputs: session.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
  outputs: session.outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
});

/** As Triton has it: some of its tools ask for it before they send the first request. */
export const modelConfig = ({ name, platform, session }: LoadedModel) => ({
  name,
  platform,
  backend: 'onnxruntime',
  max_batch_size: 0,
  input: session.inputs.map(configOf),
  output: session.outputs.map(configOf),
});

const configOf = ({ name, datatype, shape }: TensorSpec) => ({ name, data_type: configTypes[datatype], dims: shape });

/** Names of the datatypes in Triton's model_config.proto. */
const configTypes: Readonly<Record<Datatype, string>> = {
  ...{ BOOL: 'TYPE_BOOL', UINT8: 'TYPE_UINT8', UINT16: 'TYPE_UINT16', UINT32: 'TYPE_UINT32', UINT64: 'TYPE_UINT64' },
  ...{ INT8: 'TYPE_INT8', INT16: 'TYPE_INT16', INT32: 'TYPE_INT32', INT64: 'TYPE_INT64' },
  ...{ FP16: 'TYPE_FP16', FP32: 'TYPE_FP32', FP64: 'TYPE_FP64', BYTES: 'TYPE_STRING' },
};
