import type { KeyValue } from '../protocol/entities';
import type { Page, Paging } from '../protocol/pages';
import type { Stage } from './stages';

/** A model by name, with versions. A prompt is one too: a tag marks it. */
export interface RegisteredModel {
  readonly name: string;
  readonly description: string | undefined;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdatedTime: number;
  /** Of each stage the version with the highest number. */
  readonly latestVersions: readonly ModelVersion[];
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdatedTime: number;
  readonly description: string | undefined;
  readonly stage: Stage;
  /** URI that was registered, as the client gave it. */
  readonly source: string;
  /** '' where none was given. */
  readonly runId: string;
  readonly runLink: string;
  readonly tags: readonly KeyValue[];
  /** Empty in lists, as in MLflow. */
  readonly aliases: readonly string[];
}

export interface NewModel {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly KeyValue[];
}

export interface VersionOrigin {
  /** Where the artifacts lie. */
  readonly storageLocation: string;
  readonly loggedModelId: string | undefined;
}

export interface NewVersion extends VersionOrigin {
  readonly name: string;
  readonly source: string;
  readonly runId: string;
  readonly runLink: string;
  readonly description: string;
  readonly tags: readonly KeyValue[];
}

export interface ModelQuery extends Paging {
  readonly filter: string;
  readonly orderBy: readonly string[];
}

/** Errors are MLflow's: a name that is taken or not there. */
export interface ModelStore {
  create(model: NewModel): Promise<RegisteredModel>;
  get(name: string): Promise<RegisteredModel>;
  rename(name: string, newName: string): Promise<RegisteredModel>;
  update(name: string, description: string): Promise<RegisteredModel>;
  /** With all its versions, aliases and their history; the artifacts stay. */
  delete(name: string): Promise<void>;
  search(query: ModelQuery): Promise<Page<RegisteredModel>>;
  /** Of each of these stages the version with the highest number. */
  latestVersions(name: string, stages: readonly Stage[]): Promise<ModelVersion[]>;
  setTag(name: string, tag: KeyValue): Promise<void>;
  deleteTag(name: string, key: string): Promise<void>;
}

/** Numbers count up within a model, from 1; the number of a deleted version is not given again. */
export interface VersionStore {
  create(version: NewVersion): Promise<ModelVersion>;
  get(name: string, version: number): Promise<ModelVersion>;
  update(name: string, version: number, description: string | undefined): Promise<ModelVersion>;
  /** Its aliases go, its tags stay; nobody can read it any more. */
  delete(name: string, version: number): Promise<void>;
  search(query: ModelQuery): Promise<Page<ModelVersion>>;
  /** With `archive`, the other versions of that stage go to `Archived`. */
  transition(name: string, version: number, stage: Stage, archive: boolean): Promise<ModelVersion>;
  origin(name: string, version: number): Promise<VersionOrigin>;
  setTag(name: string, version: number, tag: KeyValue): Promise<void>;
  deleteTag(name: string, version: number, key: string): Promise<void>;
}

/** A name that points to one version of a model at a time. */
export interface AliasStore {
  set(name: string, alias: string, version: number): Promise<void>;
  delete(name: string, alias: string): Promise<void>;
  /** `latest` is the version with the highest number. */
  get(name: string, alias: string): Promise<ModelVersion>;
}

/** What model versions may be made from, besides other versions. */
export interface Sources {
  /** Artifact URI of a run, if it is there. */
  runRoot(runId: string): Promise<string | undefined>;
  loggedModel(id: string): Promise<LoggedModelSource | undefined>;
}

export interface LoggedModelSource {
  readonly artifactUri: string;
  /** The run that logged it. */
  readonly runId: string | undefined;
}

export interface ModelRegistry {
  readonly models: ModelStore;
  readonly versions: VersionStore;
  readonly aliases: AliasStore;
  readonly sources: Sources;
}
