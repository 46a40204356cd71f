import type { ServerUnaryCall } from '@grpc/grpc-js';
import { ServiceError } from '../../kit/errors';
import { type Check, problemsOf } from '../../kit/readiness';
import { type ModelRepository, using } from '../models/repository';
import type { Caller, Inference, Parameters } from '../protocol/inference';
import { modelMetadata, serverMetadata } from '../protocol/metadata';
import { invalid } from '../protocol/raw';
import type { RequestBytes } from '../serving/request-bytes';
import * as m from './messages';
import { readInputs, writeOutputs } from './tensors';

export interface CallsDeps {
  readonly inference: Inference;
  readonly models: ModelRepository;
  readonly requestBytes: RequestBytes;
  /** Whether this process should be sent requests. */
  readonly ready: Check;
}

type Call<Request = unknown> = ServerUnaryCall<Request, unknown>;

/** What each call of the service answers, by its name in the protocol. */
export function callsOf({ inference, models, requestBytes, ready }: CallsDeps) {
  const infer = async (call: Call, message: m.ModelInferRequest): Promise<m.ModelInferResponse> => {
    const { modelName, modelVersion, id, parameters, outputs } = message;
    const wanted = outputs.map(wantedOutput);
    const request = {
      id: id || textOf(call, 'x-request-id'),
      parameters: readParameters(parameters),
      inputs: readInputs(message),
      outputs: wanted.length > 0 ? wanted : undefined,
    };
    const response = await inference.infer(modelName, modelVersion || undefined, request, callerOf(call));
    return {
      modelName: response.modelName,
      modelVersion: response.modelVersion,
      id: response.id ?? '',
      ...writeOutputs(response.outputs, message.rawInputContents.length > 0),
    };
  };
  return {
    ServerLive: async () => ({ live: true }),
    ServerReady: async () => ({ ready: (await problemsOf({ ready })).length === 0 }),
    ServerMetadata: async () => serverMetadata,
    ModelReady: async ({ request }: Call<m.ModelMessage>) => ({ ready: isReady(models, request) }),
    ModelMetadata: async ({ request }: Call<m.ModelMessage>) => using(models, request, modelMetadata),
    ModelInfer: async (call: Call<Buffer>) => {
      const share = requestBytes.share();
      try {
        share.add(call.request.length);
        return await infer(call, m.readInferRequest(call.request));
      } finally {
        share.release();
      }
    },
    RepositoryIndex: async ({ request }: Call<{ ready: boolean }>) => ({
      models: models.index().filter(({ state }) => !request.ready || state === 'READY'),
    }),
    RepositoryModelLoad: async ({ request }: Call<m.RepositoryModelRequest>) => {
      await models.load(modelOf(request));
      return { modelName: modelOf(request), isLoaded: true };
    },
    RepositoryModelUnload: async ({ request }: Call<m.RepositoryModelRequest>) => {
      await models.unload(modelOf(request));
      return { modelName: modelOf(request), isUnloaded: true };
    },
  };
}

export const textOf = (call: Call<never> | Call, key: string): string | undefined =>
  call.metadata.get(key)[0]?.toString();

/** A model that is not there is not ready: the protocol has no error here. */
function isReady(models: ModelRepository, message: m.ModelMessage): boolean {
  try {
    return using(models, message, () => true);
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 404 || error.status === 503)) return false;
    throw error;
  }
}

/** KServe's clients write the name where Triton's write the repository's. */
const modelOf = ({ modelName, repositoryName }: m.RepositoryModelRequest) => modelName || repositoryName;

function wantedOutput({ name, parameters }: m.ModelInferRequest['outputs'][number]): string {
  const unknown = ['classification', 'shared_memory_region'].find((key) => key in parameters);
  if (unknown) throw invalid(`output '${name}' has the parameter '${unknown}', which this server does not have`);
  return name;
}

function readParameters(parameters: m.ParametersMessage): Parameters | undefined {
  const entries = Object.entries(parameters).flatMap(([key, message]) => {
    const value = message.parameterChoice && message[message.parameterChoice];
    return value === undefined
      ? []
      : [[key, message.parameterChoice?.includes('int64') ? Number(value) : value] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** The client's deadline, on our clock. */
function callerOf(call: Call<never> | Call): Caller {
  const deadline = Number(call.getDeadline());
  return {
    isGone: () => call.cancelled,
    deadline: Number.isFinite(deadline) ? deadline - performance.timeOrigin : undefined,
  };
}
