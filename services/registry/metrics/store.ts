import type { Page } from '../protocol/pages';
import type { Metric } from '../runs/store';

export interface MetricOfRun extends Metric {
  readonly runId: string;
}

/** Points of one metric, by steps. Bounds are inclusive. */
export interface SampleQuery {
  readonly runIds: readonly string[];
  readonly key: string;
  /** Of each run. */
  readonly limit: number;
  readonly steps?: { readonly from: number; readonly to: number } | undefined;
}

/** Every point that runs logged. A run that is not there has none. */
export interface MetricHistory {
  /** Of one run, oldest first; all of them without a limit. */
  ofRun(runId: string, key: string, paging: { offset: number; limit?: number | undefined }): Promise<Page<Metric>>;
  /** Of several runs, by run and then the oldest first. */
  ofRuns(runIds: readonly string[], key: string, limit: number): Promise<MetricOfRun[]>;
  /** Evenly spread over each run's steps: the first and the last are among them. */
  sample(query: SampleQuery): Promise<MetricOfRun[]>;
}
