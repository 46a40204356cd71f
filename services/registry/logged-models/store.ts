import type { KeyValue } from '../protocol/entities';
import type { Page, Paging } from '../protocol/pages';
import type { Metric } from '../runs/store';

/** In the order of their numbers, from 0. */
export const statuses = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'] as const;
export type LoggedModelStatus = (typeof statuses)[number];

/** A point of a metric that belongs to a model. */
export interface ModelMetric extends Metric {
  readonly runId: string;
  /** What it was measured on; absent where the client did not say. */
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

/** A model that a run logged, before anybody registers it. */
export interface LoggedModel {
  /** `m-` and 32 hexadecimal digits. */
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  /** URI of the folder of its files. */
  readonly artifactUri: string;
  readonly status: LoggedModelStatus;
  /** '' where the client gave none. */
  readonly modelType: string;
  readonly sourceRunId: string;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdatedTime: number;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  /** Every point of every metric, the oldest first. */
  readonly metrics: readonly ModelMetric[];
}

export interface NewLoggedModel {
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

/** Absent digest: any version of the dataset. */
export interface DatasetRef {
  readonly name: string;
  readonly digest: string | undefined;
}

export interface ModelOrder {
  /** An attribute, or `metrics.<key>`. */
  readonly field: string;
  readonly ascending: boolean;
  /** Which points of the metric count. */
  readonly dataset: { readonly name: string | undefined; readonly digest: string | undefined };
}

export interface LoggedModelQuery extends Paging {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  /** Metrics in the filter count on these only; without such metrics a model must have a point on one of them. */
  readonly datasets: readonly DatasetRef[];
  readonly orderBy: readonly ModelOrder[];
}

/** Errors are MLflow's: an id that is not there, an experiment that is deleted, a param that is there already. */
export interface LoggedModelStore {
  create(model: NewLoggedModel): Promise<LoggedModel>;
  /** Deleted ones are not there, unless `deletedToo`. */
  get(id: string, options?: { readonly deletedToo?: boolean }): Promise<LoggedModel>;
  /** Where its files lie, without all that `get` reads. */
  artifactUri(id: string): Promise<string>;
  search(query: LoggedModelQuery): Promise<Page<LoggedModel>>;
  finalize(id: string, status: LoggedModelStatus): Promise<LoggedModel>;
  /** Its files and its row stay; searches find it no more. */
  delete(id: string): Promise<void>;
  setTags(id: string, tags: readonly KeyValue[]): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
  logParams(id: string, params: readonly KeyValue[]): Promise<void>;
}
