import {
  apiServer,
  mergeValues,
  type OperatorImage,
  type OperatorOptions,
  type OperatorSpec,
  placement,
  resources,
} from './spec';

export interface CertManagerOptions extends OperatorOptions {
  /**
   * Of the controller and of the webhook each.
   * @default 2
   */
  readonly replicas?: number | undefined;
  /**
   * Proves names to ACME servers through Gateways. Their definitions must be there when it starts.
   * @default false
   */
  readonly gatewayApi?: boolean | undefined;
}

const image = (name: string, value: string, startedBy: OperatorImage['startedBy'] = 'chart'): OperatorImage => ({
  image: `quay.io/jetstack/cert-manager-${name}:v1.21.1`,
  values: [value],
  takes: 'repository',
  startedBy,
  licence: 'Apache-2.0',
});

const controllerConfig = {
  apiVersion: 'controller.config.cert-manager.io/v1alpha1',
  kind: 'ControllerConfiguration',
  enableGatewayAPI: true,
};

/**
 * TLS certificates. Its definitions stay when it is removed: without them the cluster would drop the certificates of
 * everybody, not only ours.
 */
export const certManager = (options: CertManagerOptions = {}): OperatorSpec => ({
  chart: {
    name: 'cert-manager',
    version: 'v1.21.1',
    repository: 'https://charts.jetstack.io',
    namespace: 'cert-manager',
    definitions: 'templates',
    groups: ['cert-manager.io', 'acme.cert-manager.io'],
    values: mergeValues(
      {
        crds: { enabled: true, keep: true },
        global: {
          priorityClassName: 'system-cluster-critical',
          // the default, kube-system, is not ours
          leaderElection: { namespace: 'cert-manager' },
        },
        ...(options.gatewayApi ? { config: controllerConfig } : {}),
        replicaCount: options.replicas ?? 2,
        podDisruptionBudget: { enabled: true },
        resources: resources('50m', '256Mi'),
        ...placement(options),
        webhook: {
          replicaCount: options.replicas ?? 2,
          podDisruptionBudget: { enabled: true },
          resources: resources('25m', '64Mi'),
          ...placement(options),
        },
        // reads every Secret that it puts into webhooks and definitions
        cainjector: { resources: resources('50m', '512Mi'), ...placement(options) },
        startupapicheck: { resources: resources('10m', '64Mi'), ...placement(options) },
        ...(options.monitoring
          ? { prometheus: { servicemonitor: { enabled: true, labels: options.monitoring.labels ?? {} } } }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    image('controller', 'image.repository'),
    image('webhook', 'webhook.image.repository'),
    image('cainjector', 'cainjector.image.repository'),
    image('startupapicheck', 'startupapicheck.image.repository'),
    image('acmesolver', 'acmesolver.image.repository', 'controller'),
  ],
  // webhook and metrics in; 80 out: it looks at an HTTP-01 challenge before it asks for the check
  network: { ingress: [10250, 9402], egress: [...apiServer, 80] },
});
