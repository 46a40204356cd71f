import type { KeyValue, ViewType } from '../protocol/entities';
import type { Page, Paging } from '../protocol/pages';
import type { LifecycleStage } from '../tables';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  /** URI below which the artifacts of its runs lie. */
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly KeyValue[];
}

export interface NewExperiment {
  readonly name: string;
  /** @default - `mlflow-artifacts:/<id>`, which the artifact proxy serves */
  readonly artifactLocation?: string | undefined;
  readonly tags: readonly KeyValue[];
}

export interface ExperimentQuery extends Paging {
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly view: ViewType | undefined;
}

/** Errors are MLflow's: a name that is taken, an id that is not there, an experiment that is deleted. */
export interface ExperimentStore {
  create(experiment: NewExperiment): Promise<string>;
  get(id: string): Promise<Experiment>;
  getByName(name: string): Promise<Experiment>;
  search(query: ExperimentQuery): Promise<Page<Experiment>>;
  rename(id: string, name: string): Promise<void>;
  /** Deletes an active experiment or restores a deleted one, and all of its runs with it. Nothing is lost. */
  moveTo(stage: LifecycleStage, id: string): Promise<void>;
  setTag(id: string, tag: KeyValue): Promise<void>;
  deleteTag(id: string, key: string): Promise<void>;
}
