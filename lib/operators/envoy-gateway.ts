import { mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

/** Its metrics are found by annotations on its pods: the chart has no ServiceMonitor. */
export interface EnvoyGatewayOptions extends Omit<OperatorOptions, 'monitoring'> {
  /** @default 2 */
  readonly replicas?: number | undefined;
}

/** The proxies' image, as this release of the controller has it by itself. */
export const envoyImage = 'docker.io/envoyproxy/envoy:distroless-v1.39.0';

/** Where the controller runs, and the proxies of every Gateway. */
export const gatewayNamespace = 'envoy-gateway-system';

/** Requests from outside, by the Gateway API: a controller, and proxies that it starts for each Gateway. */
export const envoyGateway = (options: EnvoyGatewayOptions = {}): OperatorSpec => ({
  chart: {
    name: 'gateway-helm',
    version: 'v1.9.0',
    repository: 'oci://docker.io/envoyproxy',
    namespace: gatewayNamespace,
    definitions: 'own release',
    groups: ['gateway.networking.k8s.io', 'gateway.networking.x-k8s.io', 'gateway.envoyproxy.io'],
    values: mergeValues(
      {
        deployment: {
          replicas: options.replicas ?? 2,
          priorityClassName: 'system-cluster-critical',
          envoyGateway: { resources: resources('100m', '512Mi') },
          pod: placement(options),
        },
        podDisruptionBudget: { minAvailable: 1 },
        certgen: { job: { resources: resources('10m', '128Mi'), ...placement(options) } },
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'docker.io/envoyproxy/gateway:v1.9.0',
      values: ['global.images.envoyGateway.image'],
      takes: 'reference',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
    {
      image: envoyImage,
      values: ['global.images.envoyProxy.image'],
      takes: 'reference',
      startedBy: 'controller',
      licence: 'Apache-2.0',
    },
  ],
  // its proxies carry requests from anywhere to whatever a route names
  network: { ingress: 'any', egress: 'any' },
});
