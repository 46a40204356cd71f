import { mebibytes } from '../../core/units';
import type { PlannedPool } from './plan';
import type { NodeType } from './types';

/** Most pods of one node, as the kubelet's reservation counts them: EKS recommends no more. */
const maxPods = 110;

/**
 * What pods may use of one node. Memory: the hypervisor keeps about 7.5 % (Karpenter's `vmMemoryOverheadPercent`), the
 * kubelet 255 MiB and 11 MiB per pod, eviction 100 MiB. CPU: 6 % of the first core, 1 % of the second, 0.5 % of the third
 * and fourth, 0.25 % of the others. Source: kubelet configuration of awslabs/amazon-eks-ami (nodeadm).
 */
export function allocatable({ vcpu, memoryMiB }: NodeType): {
  readonly millicores: number;
  readonly memoryMiB: number;
} {
  const reserved = 60 + (vcpu > 1 ? 10 : 0) + 5 * Math.min(Math.max(vcpu - 2, 0), 2) + 2.5 * Math.max(vcpu - 4, 0);
  return {
    millicores: Math.floor(vcpu * 1000 - reserved),
    memoryMiB: Math.floor(memoryMiB * 0.925) - (255 + 11 * maxPods) - 100,
  };
}

/** GiB of a node's root volume. */
export const rootVolume = ({ declared: { disk }, device }: PlannedPool): number =>
  Math.ceil(mebibytes(disk ?? (device ? '100 GiB' : '50 GiB')) / 1024);

/**
 * What pods may use of the root volume, in GiB: a tenth is where the kubelet evicts, 1 GiB is its own, and the file system
 * takes some. Source: kubelet configuration of awslabs/amazon-eks-ami.
 */
export const ephemeralStorage = (pool: PlannedPool): number => Math.floor(rootVolume(pool) * 0.9) - 2;
