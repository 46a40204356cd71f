import type { Device } from '../../accelerators/device';
import type { Ec2Accelerator } from '../../accelerators/ec2';
import type { PoolPurpose } from '../../core/existing-pool';
import type { Memory } from '../../core/units';
import type { ZoneLetter } from '../regions';
import type { NodeTypeName } from './types';

interface Sizes {
  /**
   * Fewest nodes, in all its zones together; shared out among them, the first ones take what is left over. Raising a zone's
   * share above the number of its nodes is refused by EKS ("Minimum capacity 2 can't be greater than desired size 1"),
   * because the number is the autoscaler's: first `aws eks update-nodegroup-config --scaling-config desiredSize=2`.
   */
  readonly min: number;
  /**
   * Most nodes, in all its zones together; shared out likewise. Lowering a zone's share below the number of its nodes is
   * refused by EKS: scale down first. A new zone takes from the others' shares: raise it together with the zones.
   */
  readonly max: number;
  /** What may run there. A CPU pool that is not for `services` is tainted, so that nothing else keeps its nodes up. */
  readonly purposes: readonly PoolPurpose[];
  /**
   * Spare capacity at a lower price, taken away with two minutes' notice: for jobs and serving, not for `services`.
   * @default false
   */
  readonly spot?: boolean | undefined;
  /**
   * Processors that the images which run there are built for.
   * @default 'amd64'
   */
  readonly arch?: 'amd64' | 'arm64' | undefined;
  /**
   * Zones that it has nodes in.
   * @default - all of the cluster's
   */
  readonly zones?: readonly ZoneLetter[] | undefined;
  /**
   * Root volume of one node, with its images.
   * @default - '100 GiB' with accelerators, whose images are larger; else '50 GiB'
   */
  readonly disk?: Memory | undefined;
  /**
   * The pool is about to go: no need chooses it any more, its minimum counts as 0, and its nodes go as they become empty.
   * It keeps its groups and carries no new taint, so that what runs there can be started again until it has moved. First
   * step of growing; the second takes the pool out. `system` cannot retire.
   * @default - it stays
   */
  readonly retiring?: true | undefined;
}

type ByType = {
  /** EC2 types that do for each other: the same accelerators, much the same CPUs and memory. */
  readonly instanceTypes: readonly NodeTypeName[];
  readonly accelerator?: undefined;
  readonly memory?: undefined;
};

type ByAccelerator = Device<Ec2Accelerator> & {
  /**
   * EC2 types that have it.
   * @default - the cheapest one with `count` accelerators
   */
  readonly instanceTypes?: readonly NodeTypeName[] | undefined;
  /**
   * Accelerators of one node.
   * @default 1
   */
  readonly count?: number | undefined;
  readonly memory?: undefined;
};

type ByMemory = {
  /** The smallest accelerator with this memory, as its driver reports it. */
  readonly memory: Memory;
  /**
   * Accelerators of one node.
   * @default 1
   */
  readonly count?: number | undefined;
  readonly instanceTypes?: undefined;
  readonly accelerator?: undefined;
};

/** Nodes of one kind that the platform makes: by EC2 type, by accelerator, or by the memory of an accelerator. */
export type NodePool = Sizes & (ByType | ByAccelerator | ByMemory);

/** Pools by name. `system` must be among them: CoreDNS and the autoscalers run there. */
export type NodePools = Readonly<Record<string, NodePool>>;
