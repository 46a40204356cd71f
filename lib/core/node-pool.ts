import type { AcceleratorName } from '../accelerators/catalogue';
import type { Need } from '../accelerators/need';

/** What a pod needs of its node: CPUs only, or an accelerator by memory or by name. */
export type PoolNeed = Need;

/** A taint that pods of a pool tolerate. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Exists' | 'Equal';
  /** @default - any value, with `Exists` */
  readonly value?: string;
  /** @default - any effect */
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
  /**
   * The accelerator of its nodes, and the extended resource that a pod asks for.
   * @default - none: a CPU pool
   */
  readonly device?: { readonly accelerator: AcceleratorName; readonly resourceName: string } | undefined;
  /** What quotas are made of. @default - unknown: no quota can be given */
  readonly capacity?: Capacity | undefined;
  /**
   * What pods may use of one node, of the smallest kind that the pool has, as Kubernetes quantities.
   * @default - unknown: nothing is checked against it
   */
  readonly node?: Pick<Capacity, 'cpu' | 'memory'> | undefined;
  /**
   * It is about to go: what runs there may end, and nothing new is sent there.
   * @default - it stays
   */
  readonly retiring?: true | undefined;
}
