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

/** A metric as it is logged: with a model, it is the model's as well as the run's. */
export interface LoggedMetric extends Metric {
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

export interface RunInfo {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly userId: string;
  readonly status: string;
  /** Milliseconds since 1970; 0 where the client gave none. */
  readonly startTime: number;
  /** Absent while the run goes on. */
  readonly endTime?: number;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

export interface Run extends RunInfo {
  /** Of each metric the point with the highest step, then time, then value. */
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly inputs: RunInputs;
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  /** Where it comes from, as JSON. */
  readonly source: string;
  readonly schema?: string | undefined;
  readonly profile?: string | undefined;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly KeyValue[];
}

/** What a run read, and the models that it made. */
export interface RunInputs {
  readonly datasets: readonly DatasetInput[];
  /** Ids of logged models. */
  readonly models: readonly string[];
  readonly outputs: readonly ModelOutput[];
}

export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

export interface NewRun {
  readonly experimentId: string;
  readonly userId: string;
  readonly startTime: number;
  readonly name: string;
  readonly tags: readonly KeyValue[];
}

export interface RunChange {
  readonly status?: RunStatus | undefined;
  readonly endTime?: number | undefined;
  readonly name?: string | undefined;
}

export interface Batch {
  readonly metrics: readonly LoggedMetric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface RunQuery extends Paging {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly view: ViewType | undefined;
}

/** Errors are MLflow's: an id that is not there, an experiment that is deleted. */
export interface RunStore {
  create(run: NewRun): Promise<Run>;
  get(id: string): Promise<Run>;
  update(id: string, change: RunChange): Promise<RunInfo>;
  /** Deletes or restores a run; as often as one likes. Nothing is lost. */
  moveTo(stage: LifecycleStage, id: string): Promise<void>;
  search(query: RunQuery): Promise<Page<Run>>;
}

/** What is written into a run while it is active. Each call is written whole or not at all. */
export interface RunLog {
  logBatch(id: string, batch: Batch): Promise<void>;
  logParam(id: string, param: KeyValue): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
  logInputs(id: string, datasets: readonly DatasetInput[], modelIds: readonly string[]): Promise<void>;
  logOutputs(id: string, models: readonly ModelOutput[]): Promise<void>;
  /** Adds to the list of models that clients before MLflow 3 keep in a tag. */
  recordModel(id: string, model: object): Promise<void>;
}
