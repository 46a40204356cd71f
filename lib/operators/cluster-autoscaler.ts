import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

export interface ClusterAutoscalerOptions extends OperatorOptions {
  /** Name of the EKS cluster, by whose tag the autoscaling groups are found. */
  readonly clusterName: string;
  readonly region: string;
  /** @default 2 */
  readonly replicas?: number | undefined;
}

/** Adds nodes for pods that wait, and takes away those that nobody uses; AWS only. */
export const clusterAutoscaler = (options: ClusterAutoscalerOptions): OperatorSpec => ({
  chart: {
    name: 'cluster-autoscaler',
    version: '9.59.0',
    repository: 'https://kubernetes.github.io/autoscaler',
    namespace: 'cluster-autoscaler',
    definitions: 'none',
    values: mergeValues(
      {
        fullnameOverride: 'cluster-autoscaler',
        autoDiscovery: { clusterName: options.clusterName },
        awsRegion: options.region,
        // one leads, the other waits: nodes are added also while a node of its own pool goes
        replicaCount: options.replicas ?? 2,
        rbac: { serviceAccount: { name: serviceAccount } },
        extraArgs: {
          // a pool is one group per zone
          'balance-similar-node-groups': true,
          expander: 'least-waste',
          'skip-nodes-with-system-pods': false,
          'skip-nodes-with-local-storage': false,
        },
        priorityClassName: 'system-cluster-critical',
        resources: resources('100m', '600Mi'),
        securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
        containerSecurityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        ...placement(options),
        ...(options.monitoring
          ? {
              serviceMonitor: {
                enabled: true,
                namespace: 'cluster-autoscaler',
                // the chart's own label would stay beside ours
                selector: { release: null, ...options.monitoring.labels },
              },
            }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0',
      values: ['image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // credentials of Pod Identity come from 169.254.170.23:80
  network: { ingress: [8085], egress: [...apiServer, 80] },
  serviceAccount,
});

const serviceAccount = 'cluster-autoscaler';
