/** A dataset as runs of an experiment used it, once for each context. */
export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  /** What the runs used it for, such as 'training'. Absent where they did not say. */
  readonly context?: string | undefined;
}

export interface DatasetStore {
  /** At most 1,000, by experiment, name and digest. */
  search(experimentIds: readonly string[]): Promise<DatasetSummary[]>;
}
