import { scheduling } from '../accelerators/scheduling';
import { gpuSharing } from '../kubernetes/gpu-sharing';
import type { PlannedPool } from './nodes/plan';

/** What the GPU operator must know of the pools. */
export function sharingOfPools(pools: readonly PlannedPool[]) {
  const devices = pools.flatMap(({ device }) => device ?? []);
  return gpuSharing(
    devices,
    devices.map((device) => scheduling(device).toleration),
  );
}
