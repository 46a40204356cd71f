import { choose } from '../../accelerators/choose';
import { awsPlace } from '../../accelerators/place';
import { poolDevices, scheduling } from '../../accelerators/scheduling';
import { PlatformError } from '../../core/errors';
import type { ExistingPool } from '../../core/existing-pool';
import type { INodePool, PoolNeed, Toleration } from '../../core/node-pool';
import { choosePool } from '../../kubernetes/existing-pools';
import { sharingLabels } from '../../kubernetes/gpu-sharing';
import { allocatable } from './capacity';
import { systemPool } from './checks';
import type { PlannedPool } from './plan';

/** Our own label of every node: it stands on a node before it boots, so that autoscalers find pools that are empty. */
const poolLabel = 'mlops-constructs/pool';

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule';
}

/** Labels that the nodes of a pool carry from the start. */
export function nodeLabels({ name, device }: PlannedPool): Readonly<Record<string, string>> {
  if (!device) return { [poolLabel]: name };
  return {
    [poolLabel]: name,
    ...scheduling(device).awsNodeLabels,
    // read by gpu-operator: its MIG manager, and the configurations of its device plugin
    ...sharingLabels(device),
  };
}

/** Taints that keep off whoever has no need of these nodes. */
export function nodeTaints({ name, device, declared }: PlannedPool): readonly Taint[] {
  if (device) return [scheduling(device).taint];
  const open = name === systemPool || declared.purposes.includes('services');
  return open ? [] : [{ key: poolLabel, value: name, effect: 'NoSchedule' }];
}

/** The pool as workloads see it. */
export function poolOf(pool: PlannedPool): INodePool {
  const { name, device, declared, gpus } = pool;
  const nodes = declared.max;
  const { millicores, memoryMiB } = leastOf(pool);
  const capacity = { cpu: `${millicores * nodes}m`, memory: `${memoryMiB * nodes}Mi` };
  const nodeSelector = { [poolLabel]: name, ...(device ? scheduling(device).nodeSelector : {}) };
  const node = { cpu: `${millicores}m`, memory: `${memoryMiB}Mi` };
  const retiring = declared.retiring ? ({ retiring: true } as const) : {};
  const base = { poolName: name, nodeSelector, tolerations: tolerations(pool), node, ...retiring };
  if (!device) return { ...base, capacity };
  return {
    ...base,
    device: { accelerator: device.accelerator, resourceName: scheduling(device).resourceName },
    capacity: { ...capacity, devices: poolDevices(device, nodes, gpus) },
  };
}

const tolerations = (pool: PlannedPool): Toleration[] =>
  pool.device
    ? [scheduling(pool.device).toleration]
    : nodeTaints(pool).map(({ key, value, effect }) => ({ key, operator: 'Equal', value, effect }));

/** What pods may use of the smallest of a pool's types. */
function leastOf({ types }: PlannedPool) {
  const all = types.map(allocatable);
  return {
    millicores: Math.min(...all.map(({ millicores }) => millicores)),
    memoryMiB: Math.min(...all.map(({ memoryMiB }) => memoryMiB)),
  };
}

/**
 * The pool for a need, by the same rules as on any cluster; never one that retires.
 * @throws PlatformError naming the pools that there are; for a card that EC2 does not have, the nearest
 */
export function choosePlanned(clusterName: string, planned: readonly PlannedPool[], need: PoolNeed): INodePool {
  choose(need, awsPlace);
  const among = (pools: readonly PlannedPool[]) => {
    const offers = Object.fromEntries(pools.map((pool) => [pool.name, asExisting(pool)]));
    return choosePool(clusterName, offers, need).poolName;
  };
  const staying = planned.filter(({ declared }) => !declared.retiring);
  try {
    const chosen = among(staying);
    return poolOf(staying.find(({ name }) => name === chosen) as PlannedPool);
  } catch (error) {
    if (!(error instanceof PlatformError) || staying.length === planned.length) throw error;
    // where the retiring ones would not do either, their error names all pools
    throw onlyRetiring(clusterName, among(planned), need);
  }
}

const onlyRetiring = (clusterName: string, pool: string, { purpose }: PoolNeed) =>
  new PlatformError({
    what: `cluster '${clusterName}' has only a pool that retires for ${purpose}`,
    got: `'${pool}'`,
    do: `add the pool that takes over from it, or leave out its retiring`,
  });

function asExisting(pool: PlannedPool): ExistingPool {
  const { millicores, memoryMiB } = leastOf(pool);
  const { purposes, max } = pool.declared;
  const nodes = { nodes: max, cpu: millicores / 1000, memory: `${memoryMiB} MiB` as const, purposes };
  return pool.device ? { ...nodes, ...pool.device, count: pool.gpus } : nodes;
}
