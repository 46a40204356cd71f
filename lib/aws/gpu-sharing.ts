import { scheduling } from '../accelerators/scheduling';
import type { GpuOperatorOptions } from '../operators/gpu-operator';
import type { PlannedPool } from './nodes/plan';

/** What the GPU operator must know of the pools: how their cards are shared, by the labels of the nodes, and their taints. */
export function gpuSharing(
  pools: readonly PlannedPool[],
): Pick<GpuOperatorOptions, 'mig' | 'timeSlicing' | 'gpuTolerations'> {
  const devices = pools.flatMap(({ device }) => device ?? []);
  return {
    // whole cards beside split ones: only this strategy has a name for each
    mig: devices.some(({ mig }) => mig !== undefined) ? 'mixed' : undefined,
    timeSlicing: devices.flatMap((device) =>
      device.timeSlicing === undefined
        ? []
        : [{ pods: device.timeSlicing, resourceName: scheduling(device).resourceName }],
    ),
    gpuTolerations: [...new Set(devices.map((device) => scheduling(device).toleration))],
  };
}
