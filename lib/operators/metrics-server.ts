import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

export interface MetricsServerOptions extends OperatorOptions {
  /** @default 2 */
  readonly replicas?: number | undefined;
}

/** Use of CPU and memory for autoscalers and `kubectl top`. It asks every kubelet at port 10250. */
export const metricsServer = (options: MetricsServerOptions = {}): OperatorSpec => ({
  chart: {
    name: 'metrics-server',
    version: '3.13.1',
    repository: 'https://kubernetes-sigs.github.io/metrics-server/',
    namespace: 'metrics-server',
    definitions: 'none',
    values: mergeValues(
      {
        replicas: options.replicas ?? 2,
        podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
        resources: resources('100m', '200Mi'),
        ...placement(options),
        ...(options.monitoring
          ? {
              metrics: { enabled: true },
              serviceMonitor: { enabled: true, additionalLabels: options.monitoring.labels ?? {} },
            }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.1',
      values: ['image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // the kubelets; 10250 in: the aggregated API and the metrics
  network: { ingress: [10250], egress: [...apiServer, 10250] },
});
