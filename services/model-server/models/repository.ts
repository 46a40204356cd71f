import type { Check } from '../../kit/readiness';
import type { Session } from '../engine/engine';

/** One version of a model, loaded, checked and warm. */
export interface LoadedModel {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly session: Session;
}

/** The right to use a model: its memory stays until `release`, also when it is not the serving version any more. */
export interface Lease {
  readonly model: LoadedModel;
  release(): void;
}

/** As the protocol's repository index names them. */
export type ModelState = 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';

export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: ModelState;
  /** Why it is not ready, in words; '' when it is. */
  readonly reason: string;
}

/** The models of this process. */
export interface ModelRepository {
  /**
   * @param version the serving version, where it is left out
   * @throws ServiceError 404 when there is no such model or version, 503 when it is known and not loaded (yet)
   */
  acquire(name: string, version?: string): Lease;
  index(): readonly IndexEntry[];
  /** Looks at once whether there is a newer version, or loads what was unloaded. Resolves when it serves. */
  load(name: string): Promise<void>;
  /** Stops serving it once its requests have ended. */
  unload(name: string): Promise<void>;
  /** Readiness: every model that is wanted serves. */
  readonly check: Check;
  /** Waits for requests that run, then gives all memory back. */
  close(): Promise<void>;
}

/** Asks a version something. '' for its number is none, as gRPC has it. */
export function using<T>(
  models: ModelRepository,
  { name, version }: { readonly name: string; readonly version?: string | undefined },
  ask: (model: LoadedModel) => T,
): T {
  const lease = models.acquire(name, version || undefined);
  try {
    return ask(lease.model);
  } finally {
    lease.release();
  }
}
