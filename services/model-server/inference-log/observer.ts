import type { LoadedModel } from '../models/repository';
import type { InferRequest, InferResponse } from '../protocol/inference';

/** An inference that was answered. */
export interface Observation {
  /** The client's id of the request, or one that was made for it: what feedback refers to. */
  readonly requestId: string;
  /** When the request came, milliseconds since 1970. */
  readonly time: number;
  /** The version that answered. */
  readonly model: LoadedModel;
  readonly request: InferRequest;
  readonly response: InferResponse;
}

/** Told of each inference that was answered. Takes no time of the request's: must neither wait nor throw. */
export type Observer = (observation: Observation) => void;
