import type { Tensor } from './tensor';

/** Values that the protocol lets clients and servers attach to requests, tensors and responses. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A request for an inference, whichever way it came in. */
export interface InferRequest {
  /** The client's own; the response carries it back. */
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted. @default - all of them */
  readonly outputs?: readonly string[] | undefined;
}

export interface InferResponse {
  readonly id?: string | undefined;
  readonly modelName: string;
  /** The version that answered. */
  readonly modelVersion: string;
  readonly outputs: readonly Tensor[];
}

/** Whoever waits for the answer. Asked only while the request waits: what has begun to run runs on. */
export interface Caller {
  /** When the answer is of no use any more, on the clock of `performance.now()`. @default - REQUEST_TIMEOUT_MS from now */
  readonly deadline?: number | undefined;
  /** True when nobody waits any more. A function, as an AbortSignal for each request costs more than all the rest of the queue. */
  readonly isGone?: (() => boolean) | undefined;
}

/** The way from a protocol to a model, the same for REST and gRPC. */
export interface Inference {
  /**
   * @param version the version that is serving, where it is left out
   * @throws ServiceError 400 (a tensor that does not fit), 404 (no such model or version), 429 (queue full), 503 (not ready), 504 (deadline)
   */
  infer(name: string, version: string | undefined, request: InferRequest, caller?: Caller): Promise<InferResponse>;
}
