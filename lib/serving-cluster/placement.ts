import type { AcceleratorName } from '../accelerators/catalogue';
import type { ICluster } from '../core/cluster';
import { PlatformError, type Problem, problemsOf } from '../core/errors';
import type { INodePool } from '../core/node-pool';
import { quantity, type Resources } from '../core/resources';
import { type Memory, mebibytes } from '../core/units';
import type { EndpointProps } from './endpoint-props';

/**
 * MiB beside the model. The server takes 95 MiB before one is loaded (VmRSS of the bundle, Node 20, 2026-11-23); the rest is for requests,
 * their answers and the log's buffer.
 */
const base = { usual: 256, most: 512 };

/** What JSON may ask for, beside what the types let pass. */
interface Asked {
  readonly memory: Memory;
  /** @default - a CPU will do */
  readonly accelerator?: AcceleratorName | undefined;
  /** @default - one, where any */
  readonly count?: number | undefined;
}

/**
 * Compute of one pod. Memory: one version with one batch; up to two of them, because a new version is loaded and tried beside the old.
 * @throws PlatformError when `need.memory` is not an amount
 */
export function endpointResources({ need, threads = 1, resources }: EndpointProps): Resources {
  if (resources) return resources;
  const memory = mebibytes(need.memory);
  return {
    requests: { cpu: `${500 * threads}m`, memory: `${memory + base.usual}Mi` },
    limits: { cpu: `${threads + 1}`, memory: `${2 * memory + base.most}Mi` },
  };
}

/**
 * The pool on which an endpoint runs. What a need of memory that is no amount would mean for it is not asked: that it is
 * none is said by `endpointProblems`.
 * @throws PlatformError with everything that is wrong with the need, or with what would fit instead
 */
export function endpointPool(cluster: ICluster, endpoint: string, props: EndpointProps): INodePool {
  const asked: Asked = props.need;
  const isAmount = problemsOf(() => mebibytes(asked.memory)).length === 0;
  if (asked.accelerator !== undefined || asked.count !== undefined) {
    const misfits = isAmount ? problemsOf(() => cluster.pool({ purpose: 'serving', ...asked })) : [];
    throw new PlatformError(acceleratorProblem(endpoint, asked), ...misfits);
  }
  const pool = cluster.pool({ purpose: 'serving' });
  if (!isAmount) return pool;
  const problem = roomProblem(cluster, endpoint, pool, endpointResources(props));
  if (problem) throw new PlatformError(problem);
  return pool;
}

/** The rules of choice are the same for every engine, so that what they refuse is said too. */
const acceleratorProblem = (endpoint: string, { accelerator, count }: Asked): Problem => ({
  what: `engine 'onnx' of endpoint '${endpoint}' runs on CPUs`,
  got: accelerator === undefined ? `a count of ${count} accelerators` : `accelerator '${accelerator}'`,
  do: "leave out accelerator and count; engine 'triton', which runs on accelerators, is not there yet in this release",
});

const gib = (bytes: number) => `${Math.floor((bytes / 2 ** 30) * 10) / 10} GiB`;
const memoryOf = ({ node }: INodePool) => quantity(node?.memory ?? '');

/** A pod that may grow beyond its node is stopped while a new version is tried. */
function roomProblem(cluster: ICluster, endpoint: string, pool: INodePool, { limits }: Resources): Problem | undefined {
  const [most, room] = [quantity(limits.memory), memoryOf(pool)];
  if (most === undefined || room === undefined || most <= room) return undefined;
  const fitting = cluster.pools.filter((one) => !one.device && !one.retiring && (memoryOf(one) ?? 0) >= most);
  const names = fitting.map((one) => `'${one.poolName}' (${gib(memoryOf(one) ?? 0)})`).join(', ');
  return {
    what: `a pod of endpoint '${endpoint}' may take ${gib(most)}, two versions with a batch each, more than a node of pool '${pool.poolName}' has`,
    got: gib(room),
    do: names
      ? `keep serving to what fits, ${names}, by the purposes of the pools, or lower need.memory`
      : 'add a pool with larger nodes, or lower need.memory',
  };
}
