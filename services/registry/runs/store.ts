import type { KeyValue, ViewType } from '../protocol/entities';
import type { Page, Paging } from '../protocol/pages';
import type { LifecycleStage } from '../tables';

export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export interface Metric {
  readonly key: string;
  /** May be NaN or infinite. */
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface RunInfo {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly userId: string;
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly startTime?: number;
  readonly endTime?: number;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

export interface Run extends RunInfo {
  /** Of each metric the point with the highest step, then time, then value. */
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface NewRun {
  readonly experimentId: string;
  readonly userId: string;
  readonly startTime: number | undefined;
  readonly name: string;
  readonly tags: readonly KeyValue[];
}

export interface RunChange {
  readonly status?: RunStatus | undefined;
  readonly endTime?: number | undefined;
  readonly name?: string | undefined;
}

export interface Batch {
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface RunQuery extends Paging {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly view: ViewType | undefined;
}

/** Errors are MLflow's: an id that is not there, a param that would change. A batch is written whole or not at all. */
export interface RunStore {
  create(run: NewRun): Promise<Run>;
  get(id: string): Promise<Run>;
  update(id: string, change: RunChange): Promise<RunInfo>;
  logBatch(id: string, batch: Batch): Promise<void>;
  /** Every point of one metric, oldest first. Without paging all of them. */
  history(id: string, key: string, paging: Paging | undefined): Promise<Page<Metric>>;
  search(query: RunQuery): Promise<Page<Run>>;
}
