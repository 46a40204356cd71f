import { namespaceLabel } from '../core/labels';
import type { Capacity, INodePool } from '../core/node-pool';

const apiVersion = 'kueue.x-k8s.io/v1beta2';

export interface QueueSpec {
  /** Name of the platform: cluster-wide objects begin with it. */
  readonly platform: string;
  /** Where jobs are. */
  readonly namespace: string;
  readonly pools: readonly (INodePool & { readonly capacity: Capacity })[];
  readonly priorities: readonly { readonly name: string; readonly value: number; readonly description: string }[];
}

/** The one queue that jobs of a platform are put into. */
export const queueName = 'training';

/**
 * Kueue's view of the pools (kueue.x-k8s.io/v1beta2): a flavor per pool, one cluster queue whose quotas are what the
 * pools have, a local queue for the jobs, and priorities by which a job evicts a lower one.
 */
export function kueueManifests({ platform, namespace, pools, priorities }: QueueSpec) {
  return [
    ...pools.map((pool) => flavor(platform, pool)),
    clusterQueue(platform, namespace, pools),
    {
      apiVersion,
      kind: 'LocalQueue',
      metadata: { name: queueName, namespace },
      spec: { clusterQueue: clusterQueueName(platform) },
    },
    ...priorities.map(({ name, value, description }) => ({
      apiVersion,
      kind: 'WorkloadPriorityClass',
      metadata: { name },
      value,
      description,
    })),
  ];
}

const clusterQueueName = (platform: string) => `${platform}-training`;
const flavorName = (platform: string, pool: INodePool) => `${platform}-${pool.poolName}`;

const flavor = (platform: string, pool: INodePool) => ({
  apiVersion,
  kind: 'ResourceFlavor',
  metadata: { name: flavorName(platform, pool) },
  spec: {
    nodeLabels: { ...pool.nodeSelector },
    tolerations: pool.tolerations.map((toleration) => ({ ...toleration })),
  },
});

function clusterQueue(platform: string, namespace: string, pools: QueueSpec['pools']) {
  const devices = [...new Set(pools.flatMap(({ device }) => (device ? [device.resourceName] : [])))];
  return {
    apiVersion,
    kind: 'ClusterQueue',
    metadata: { name: clusterQueueName(platform) },
    spec: {
      namespaceSelector: { matchLabels: { [namespaceLabel]: namespace } },
      preemption: { withinClusterQueue: 'LowerPriority' },
      resourceGroups: [
        {
          coveredResources: ['cpu', 'memory', ...devices],
          // every flavor of a group must name every resource of it, in the same order
          flavors: pools.map((pool) => ({
            name: flavorName(platform, pool),
            resources: [
              { name: 'cpu', nominalQuota: pool.capacity.cpu },
              { name: 'memory', nominalQuota: pool.capacity.memory },
              ...devices.map((name) => ({
                name,
                nominalQuota: pool.device?.resourceName === name ? String(pool.capacity.devices ?? 0) : '0',
              })),
            ],
          })),
        },
      ],
    },
  };
}
