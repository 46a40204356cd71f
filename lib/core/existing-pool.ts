import type { Device } from '../accelerators/device';
import type { Toleration } from './node-pool';
import type { Memory } from './units';

/** What a pool may be kept for. `training` stands for experiments and retraining too. */
export type PoolPurpose = 'services' | 'processing' | 'training' | 'serving';

interface Nodes {
  /** Number of nodes that the selector finds. */
  readonly nodes: number;
  /** Cores of one node, as pods may use them. */
  readonly cpu: number;
  /** Memory of one node, as pods may use it. */
  readonly memory: Memory;
  /**
   * Labels of the nodes.
   * @default - for GPU pools the product label of NVIDIA's feature discovery, for CPU pools any Linux node
   */
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  /**
   * Taints of the nodes that pods must tolerate.
   * @default - for GPU pools `nvidia.com/gpu`, for CPU pools none
   */
  readonly tolerations?: readonly Toleration[] | undefined;
  /**
   * What may run there.
   * @default - GPU pools: training and serving; CPU pools: everything
   */
  readonly purposes?: readonly PoolPurpose[] | undefined;
}

/** A group of nodes that are there already, without accelerators or with the same ones on each. */
export type ExistingPool =
  | (Nodes & {
      /** @default - none: a CPU pool */
      readonly accelerator?: undefined;
    })
  | (Nodes &
      Device & {
        /**
         * Accelerators of one node.
         * @default 1
         */
        readonly count?: number | undefined;
      });
