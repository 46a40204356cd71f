import { choose } from '../accelerators/choose';
import { deviceProblems } from '../accelerators/device';
import type { Need } from '../accelerators/need';
import { existingPlace, type Offer } from '../accelerators/place';
import { existingNodeSelector, poolDevices, scheduling } from '../accelerators/scheduling';
import { PlatformError } from '../core/errors';
import type { ExistingPool, PoolPurpose } from '../core/existing-pool';
import { nameProblems } from '../core/names';
import type { INodePool, PoolNeed } from '../core/node-pool';
import { mebibytes } from '../core/units';

type Pools = Readonly<Record<string, ExistingPool>>;

/** The pool as workloads see it. */
export function existingPool(name: string, pool: ExistingPool): INodePool {
  // in thousandths, as Kubernetes counts: 3 × 7.9 is 23.700000000000003 to a computer
  const cpu = String(Math.round(pool.cpu * pool.nodes * 1000) / 1000);
  const memory = quantity(mebibytes(pool.memory) * pool.nodes);
  const node = { cpu: String(pool.cpu), memory: quantity(mebibytes(pool.memory)) };
  if (pool.accelerator === undefined) {
    return {
      poolName: name,
      nodeSelector: pool.nodeSelector ?? { 'kubernetes.io/os': 'linux' },
      tolerations: pool.tolerations ?? [],
      capacity: { cpu, memory },
      node,
    };
  }
  const { resourceName, toleration } = scheduling(pool);
  return {
    poolName: name,
    nodeSelector: pool.nodeSelector ?? existingNodeSelector(pool),
    tolerations: pool.tolerations ?? [toleration],
    device: { accelerator: pool.accelerator, resourceName },
    capacity: { cpu, memory, devices: poolDevices(pool, pool.nodes, pool.count ?? 1) },
    node,
  };
}

const quantity = (mebibytes: number) => (mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`);

/** With the platform's name before it, it names a Kueue flavor. */
const longestPoolName = 30;

/** Everything that is wrong with what the pools say of themselves. */
export const existingPoolProblems = (pools: Pools) =>
  Object.entries(pools).flatMap(([name, pool]) => [
    ...nameProblems('the name of a pool', name, longestPoolName),
    ...(pool.accelerator === undefined ? [] : deviceProblems(`pool '${name}'`, { ...pool, minNodes: pool.nodes })),
  ]);

/**
 * The pool for a need: by the rules of choice among the accelerators that there are, else the first CPU pool.
 * @throws PlatformError naming the pools that there are
 */
export function choosePool(clusterName: string, pools: Pools, need: PoolNeed): INodePool {
  const entries = Object.entries(pools).filter(
    ([, pool]) => pool.purposes === undefined || pool.purposes.includes(kept(need)),
  );
  const offers = entries.flatMap(([name, pool]): (Offer & { readonly name: string })[] =>
    pool.accelerator === undefined ? [] : [{ ...pool, gpusPerNode: pool.count ?? 1, name }],
  );
  const chosen = choose(need, existingPlace(clusterName, offers));
  const found = entries.find(([name, pool]) => (chosen ? name === chosen.name : pool.accelerator === undefined));
  if (found) return existingPool(...found);
  throw new PlatformError({
    what: `cluster '${clusterName}' has no CPU pool for ${need.purpose}`,
    got: Object.entries(pools).map(describe).join(', ') || 'no pools at all',
    do: 'add a pool without accelerator to pools, or widen the purposes of one',
  });
}

const kept = ({ purpose }: Need): PoolPurpose =>
  purpose === 'retraining' || purpose === 'experiments' ? 'training' : purpose;

const describe = ([name, { accelerator, purposes }]: [string, ExistingPool]) =>
  `'${name}' (${accelerator ?? 'CPU'}${purposes ? ` for ${purposes.join(', ')}` : ''})`;
