import type { Construct, IConstruct } from 'constructs';
import type { IIdentity } from './access';
import type { Dns } from './network-rules';
import type { INodePool, PoolNeed } from './node-pool';
import type { JobTemplateSpec, PodSecurity, ServerSpec, TaskSpec } from './workload';

export interface NamespaceSpec {
  readonly name: string;
  /** The platform that its pods belong to. */
  readonly platform: string;
  readonly podSecurity: PodSecurity;
  /** Refuses to be destroyed by Terraform. */
  readonly protect: boolean;
  /**
   * Further labels, by which controllers find it.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Who a workload is, in the cluster. */
export interface IdentitySpec {
  readonly name: string;
  readonly namespace: string;
}

/** A priority of pods, cluster-wide. */
export interface PrioritySpec {
  readonly name: string;
  readonly value: number;
  readonly description: string;
}

/**
 * Who upgrades a chart's definitions (CRDs). Never Helm from a chart's `crds/` folder: it installs those once.
 * `templates`: they are ordinary objects of the release. `hook`: a Job of the chart applies them before each upgrade.
 * `own release`: they are taken out of the chart and installed as releases of their own, before it.
 */
export type DefinitionsUpgrade = 'none' | 'templates' | 'hook' | 'own release';

/** A third-party chart. */
export interface ChartSpec {
  readonly name: string;
  readonly version: string;
  /** `https://…` or `oci://…`. */
  readonly repository: string;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** @default 'none' */
  readonly definitions?: DefinitionsUpgrade | undefined;
  /**
   * API groups whose definitions it brings, such as `kueue.x-k8s.io`.
   * @default - none
   */
  readonly groups?: readonly string[] | undefined;
  /**
   * Refuses to be destroyed by Terraform: it holds data.
   * @default false
   */
  readonly protect?: boolean | undefined;
}

/** Custom resources of one construct, installed as one release. */
export interface ManifestsSpec {
  /** A DNS label of at most 53 characters, unique in the namespace. */
  readonly release: string;
  readonly namespace: string;
  readonly manifests: readonly Readonly<Record<string, unknown>>[];
  /**
   * Destroying waits until they are gone: a finalizer is taken off by a controller, which must be there until then.
   * @default false
   */
  readonly awaitDeletion?: boolean | undefined;
  /**
   * Refuses to be destroyed by Terraform: they hold data.
   * @default false
   */
  readonly protect?: boolean | undefined;
}

/** A Secret with a random password that is made once, written once, and never shown: not in state, not in the plan. */
export interface PasswordSpec {
  readonly secretName: string;
  readonly namespace: string;
  readonly key: string;
  /** Raise it by one to make a new password. */
  readonly revision: number;
  /**
   * Further keys of the Secret that are no secrets, such as the user's name; not to be the key of the password.
   * @default - the password only
   */
  readonly beside?: Readonly<Record<string, string>> | undefined;
  /**
   * Its type, where somebody looks at it.
   * @default 'Opaque'
   */
  readonly type?: 'Opaque' | 'kubernetes.io/basic-auth' | undefined;
  /**
   * Labels of the Secret, by which controllers watch it.
   * @default - none but ours
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Where a generated password is. */
export interface GeneratedPassword {
  /** The Secret's name as a reference: who uses it waits until it is there. */
  readonly secretName: string;
  /** Changes when the Secret is made anew, for tasks that must run again then. */
  readonly identity: string;
}

/**
 * A place where workloads run. Narrow on purpose: everything here holds for a cluster that somebody else made.
 * `scope` comes first: what is added lands in the caller's stack.
 */
export interface ICluster extends IConstruct {
  readonly clusterName: string;
  /** The class that volumes ask for. @default - the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Where its pods look names up. @default - pods of kube-system, at port 53 */
  readonly dns?: Dns | undefined;
  /** Every pool that there is. */
  readonly pools: readonly INodePool[];
  /**
   * The pool that suits a need.
   * @throws PlatformError naming the pools that there are
   */
  pool(need: PoolNeed): INodePool;
  addNamespace(scope: Construct, id: string, spec: NamespaceSpec): void;
  addIdentity(scope: Construct, id: string, spec: IdentitySpec): IIdentity;
  addPassword(scope: Construct, id: string, spec: PasswordSpec): GeneratedPassword;
  addServer(scope: Construct, id: string, spec: ServerSpec): IConstruct;
  addTask(scope: Construct, id: string, spec: TaskSpec): IConstruct;
  addJobTemplate(scope: Construct, id: string, spec: JobTemplateSpec): IConstruct;
  /** A priority of pods, cluster-wide; the higher preempts the lower. */
  addPriority(scope: Construct, id: string, spec: PrioritySpec): IConstruct;
  addManifests(scope: Construct, id: string, spec: ManifestsSpec): IConstruct;
  addChart(scope: Construct, id: string, spec: ChartSpec): IConstruct;
}
