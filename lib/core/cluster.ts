import type { Construct, IConstruct } from 'constructs';
import type { AcceleratorName } from '../accelerators/catalogue';
import type { Need } from '../accelerators/need';
import type { IIdentity } from './access';
import type { JobTemplateSpec, ServerSpec, TaskSpec } from './workload';

/** What a pod needs of its node: CPUs only, or an accelerator by memory or by name. */
export type PoolNeed = Need;

/** A taint that pods of a pool tolerate. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule';
}

/** All that the nodes of a pool offer together, as Kubernetes quantities and counts. */
export interface Capacity {
  readonly cpu: string;
  readonly memory: string;
  /** Number of devices. @default 0 */
  readonly devices?: number;
}

/** Nodes of one kind, and how a pod gets onto them. */
export interface INodePool {
  readonly poolName: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** The accelerator of its nodes, and the extended resource that a pod asks for. */
  readonly device?: { readonly accelerator: AcceleratorName; readonly resourceName: string } | undefined;
  /** What quotas are made of. @default - unknown: no quota can be given */
  readonly capacity?: Capacity | undefined;
}

/** How strictly the API server checks pods of a namespace (Pod Security Standards). */
export type PodSecurity = 'restricted' | 'baseline' | 'privileged';

export interface NamespaceSpec {
  readonly name: string;
  /** The platform that its pods belong to. */
  readonly platform: string;
  readonly podSecurity: PodSecurity;
  /** Refuses to be destroyed by Terraform. */
  readonly protect: boolean;
}

/** A third-party chart. */
export interface ChartSpec {
  readonly name: string;
  readonly version: string;
  /** `https://…` or `oci://…`. */
  readonly repository: string;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Custom resources of one construct, installed as one release. */
export interface ManifestsSpec {
  /** A DNS label of at most 53 characters, unique in the namespace. */
  readonly release: string;
  readonly namespace: string;
  readonly manifests: readonly Readonly<Record<string, unknown>>[];
}

/** A Secret with a random password that is made once, written once, and never shown: not in state, not in the plan. */
export interface PasswordSpec {
  readonly secretName: string;
  readonly namespace: string;
  readonly key: string;
  /** Raise it by one to make a new password. */
  readonly revision: number;
}

/**
 * A place where workloads run. Narrow on purpose: everything here holds for a cluster that somebody else made.
 * `scope` comes first: what is added lands in the caller's stack.
 */
export interface ICluster extends IConstruct {
  readonly clusterName: string;
  /** The class that volumes ask for. @default - the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Every pool that there is. */
  readonly pools: readonly INodePool[];
  /**
   * The pool that suits a need.
   * @throws PlatformError naming the pools that there are
   */
  pool(need: PoolNeed): INodePool;
  addNamespace(scope: Construct, id: string, spec: NamespaceSpec): void;
  addIdentity(scope: Construct, id: string, spec: { readonly name: string; readonly namespace: string }): IIdentity;
  /** @returns the Secret's name as a reference: who uses it waits until it is there */
  addPassword(scope: Construct, id: string, spec: PasswordSpec): { readonly secretName: string };
  addServer(scope: Construct, id: string, spec: ServerSpec): IConstruct;
  addTask(scope: Construct, id: string, spec: TaskSpec): IConstruct;
  addJobTemplate(scope: Construct, id: string, spec: JobTemplateSpec): IConstruct;
  /** A priority of pods, cluster-wide; the higher preempts the lower. */
  addPriority(scope: Construct, id: string, spec: { readonly name: string; readonly value: number; readonly description: string }): IConstruct;
  addManifests(scope: Construct, id: string, spec: ManifestsSpec): IConstruct;
  addChart(scope: Construct, id: string, spec: ChartSpec): IConstruct;
}
