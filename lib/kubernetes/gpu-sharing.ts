import type { Device } from '../accelerators/device';
import { gpuToleration, scheduling } from '../accelerators/scheduling';
import type { ExistingPool } from '../core/existing-pool';
import type { Toleration } from '../core/node-pool';
import type { GpuOperatorOptions } from '../operators/gpu-operator';

type Sharing = Pick<GpuOperatorOptions, 'mig' | 'timeSlicing' | 'gpuTolerations'>;

/** What the GPU operator must know of cards: how they are shared, by the labels of their nodes, and the nodes' taints. */
export const gpuSharing = (devices: readonly Device[], tolerations: readonly Toleration[]): Sharing => ({
  // whole cards beside split ones: only this strategy has a name for each
  mig: devices.some(({ mig }) => mig !== undefined) ? 'mixed' : undefined,
  timeSlicing: devices.flatMap((device) =>
    device.timeSlicing === undefined
      ? []
      : [{ pods: device.timeSlicing, resourceName: scheduling(device).resourceName }],
  ),
  gpuTolerations: [...new Map(tolerations.map((one) => [JSON.stringify(one), one])).values()],
});

/** Labels by which the GPU operator splits and shares the cards of a node. */
export const sharingLabels = ({ mig, timeSlicing }: Pick<Device, 'mig' | 'timeSlicing'>) => ({
  ...(mig === undefined ? {} : { 'nvidia.com/mig.config': `all-${mig}` }),
  ...(timeSlicing === undefined ? {} : { 'nvidia.com/device-plugin.config': `shared-${timeSlicing}` }),
});

type Pools = Readonly<Record<string, ExistingPool>>;

/** The same for nodes that are there. */
export function sharingOf(pools: Pools): Sharing {
  const withCards = Object.values(pools).flatMap((pool) => (pool.accelerator === undefined ? [] : [pool]));
  return gpuSharing(
    withCards,
    withCards.flatMap(({ tolerations }) => tolerations ?? [gpuToleration]),
  );
}

/** What somebody must do, because the nodes are not ours: label them. One text for each pool whose cards are shared. */
export const labelDuties = (pools: Pools): string[] =>
  Object.entries(pools).flatMap(([name, pool]) => {
    const labels = Object.entries(pool.accelerator === undefined ? {} : sharingLabels(pool));
    const text = labels.map(([label, value]) => `${label}=${value}`).join(' ');
    return labels.length === 0 ? [] : [`label the nodes of pool '${name}': kubectl label node NAME ${text}`];
  });
