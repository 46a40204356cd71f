import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

/** Kinds of workloads that can be put into a queue. */
export type KueueFramework = 'batch/job' | 'ray.io/rayjob' | 'ray.io/raycluster' | 'ray.io/rayservice';

export interface KueueOptions extends OperatorOptions {
  /** @default ['batch/job'] */
  readonly frameworks?: readonly KueueFramework[] | undefined;
  /** @default 1 */
  readonly replicas?: number | undefined;
}

/**
 * The queue that jobs wait in. Its webhook for pods is left out of what it manages: the chart's default would refuse
 * every pod of the cluster while Kueue is away.
 */
export const kueue = (options: KueueOptions = {}): OperatorSpec => ({
  chart: {
    name: 'kueue',
    version: '0.19.2',
    repository: 'oci://registry.k8s.io/kueue/charts',
    namespace: 'kueue-system',
    definitions: 'templates',
    groups: ['kueue.x-k8s.io'],
    values: mergeValues(
      {
        enablePrometheus: options.monitoring !== undefined,
        controllerManager: {
          replicas: options.replicas ?? 1,
          podDisruptionBudget: { enabled: (options.replicas ?? 1) > 1 },
          manager: {
            priorityClassName: 'system-cluster-critical',
            image: { repository: 'registry.k8s.io/kueue/kueue', tag: 'v0.19.2', pullPolicy: 'IfNotPresent' },
            resources: resources('200m', '512Mi', '2'),
          },
          ...placement(options),
        },
        managerConfig: { controllerManagerConfigYaml: configuration(options.frameworks ?? ['batch/job']) },
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'registry.k8s.io/kueue/kueue:v0.19.2',
      values: ['controllerManager.manager.image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // webhook, metrics and the aggregated API of positions in the queue
  network: { ingress: [9443, 8443, 8082], egress: apiServer },
});

/** Kueue's own file (config.kueue.x-k8s.io/v1beta2); JSON is YAML too. */
const configuration = (frameworks: readonly KueueFramework[]) =>
  JSON.stringify({
    apiVersion: 'config.kueue.x-k8s.io/v1beta2',
    kind: 'Configuration',
    health: { healthProbeBindAddress: ':8081' },
    metrics: { bindAddress: ':8443', enableClusterQueueResources: true },
    webhook: { port: 9443 },
    leaderElection: { leaderElect: true, resourceName: 'c1f6bfd2.kueue.x-k8s.io' },
    clientConnection: { qps: 50, burst: 100 },
    integrations: { frameworks },
  });
