import { join } from 'node:path';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { invalid } from '../protocol/raw';

/** Messages as they are read and written here: 64-bit integers as text, an absent message as null, a map as an object. */
export const inferencePackage: PackageDefinition = loadSync(join(__dirname, 'inference.proto'), {
  longs: String,
  defaults: true,
  oneofs: true,
});

export const inferenceServiceName = 'inference.GRPCInferenceService';

const { ModelInfer, ...others } = inferencePackage[inferenceServiceName] as unknown as ServiceDefinition & {
  ModelInfer: MethodDefinition<unknown, unknown>;
};

/** Requests for inferences come as bytes: whether there is memory for one is known only where it is answered. */
export const inferenceService: ServiceDefinition = {
  ...others,
  ModelInfer: { ...ModelInfer, requestDeserialize: (bytes: Buffer) => bytes },
};

/** @throws ServiceError 400 when the bytes are no such message */
export function readInferRequest(bytes: Buffer): ModelInferRequest {
  try {
    return ModelInfer.requestDeserialize(bytes) as ModelInferRequest;
  } catch (error) {
    throw invalid(`the message is no ModelInferRequest: ${(error as Error).message}`);
  }
}

export interface ParameterMessage {
  readonly parameterChoice?: 'boolParam' | 'int64Param' | 'stringParam' | 'doubleParam' | 'uint64Param';
  readonly boolParam?: boolean;
  readonly int64Param?: string;
  readonly stringParam?: string;
  readonly doubleParam?: number;
  readonly uint64Param?: string;
}

export type ParametersMessage = Readonly<Record<string, ParameterMessage>>;

export interface Contents {
  readonly boolContents: readonly boolean[];
  readonly intContents: readonly number[];
  readonly int64Contents: readonly string[];
  readonly uintContents: readonly number[];
  readonly uint64Contents: readonly string[];
  readonly fp32Contents: readonly number[];
  readonly fp64Contents: readonly number[];
  readonly bytesContents: readonly Buffer[];
}

export interface TensorMessage {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly (string | number)[];
  readonly parameters?: ParametersMessage;
  readonly contents?: Partial<Contents> | null;
}

export interface ModelMessage {
  readonly name: string;
  readonly version: string;
}

export interface ModelInferRequest {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly parameters: ParametersMessage;
  readonly inputs: readonly TensorMessage[];
  readonly outputs: readonly { readonly name: string; readonly parameters: ParametersMessage }[];
  readonly rawInputContents: readonly Buffer[];
}

export interface ModelInferResponse {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly outputs: readonly TensorMessage[];
  readonly rawOutputContents: readonly Uint8Array[];
}

export interface RepositoryModelRequest {
  readonly repositoryName: string;
  readonly modelName: string;
}
