import { grpcPort, modelServerContract } from '../../services/model-server/contract';
import type { Exposure, Monitoring } from '../core/service-manifests';
import { milliseconds, type ShortDuration } from '../core/units';
import type { EndpointProps } from './endpoint-props';
import { endpointLabel, endpointNames, type Track, trackLabel } from './names';

/** A Gateway that is there, and that takes routes from our namespace. */
export type ServingGateway = Exposure['gateway'] & {
  /**
   * Host names that its certificate holds.
   * @default - unknown: not checked
   */
  readonly hostnames?: readonly string[] | undefined;
};

const { port, metrics } = modelServerContract;
const routeVersion = 'gateway.networking.k8s.io/v1';

/** What clients outside ask for. Loading and unloading (`/v2/repository`), metrics and probes stay inside the cluster. */
const restPaths = [
  { path: { type: 'Exact', value: '/v2' } },
  { path: { type: 'PathPrefix', value: '/v2/health' } },
  { path: { type: 'PathPrefix', value: '/v2/models' } },
];
const inferenceService = 'inference.GRPCInferenceService';
const grpcMethods = [
  ...['ServerLive', 'ServerReady', 'ModelReady', 'ServerMetadata', 'ModelMetadata', 'ModelInfer'].map((method) => ({
    method: { type: 'Exact', service: inferenceService, method },
  })),
  { method: { type: 'Exact', service: 'grpc.health.v1.Health' } },
];

/** How long a gateway waits beyond the server, so that what clients get is the server's own answer. */
const graceSeconds = 5;
const timeout = (duration: ShortDuration) => `${Math.ceil(milliseconds(duration) / 1000) + graceSeconds}s`;

/** What a route sends where: with a canary, percent. */
function backends(endpoint: string, { canary }: EndpointProps, to: number) {
  const backend = (track: Track, weight?: number) => ({
    name: endpointNames.server(endpoint, track),
    port: to,
    ...(weight === undefined ? {} : { weight }),
  });
  return canary ? [backend('champion', 100 - canary.weight), backend('canary', canary.weight)] : [backend('champion')];
}

/** The custom resources of an endpoint: a route for each host name, and what tells Prometheus to scrape both tracks. */
export function endpointManifests(
  endpoint: string,
  namespace: string,
  props: EndpointProps,
  {
    gateway,
    monitoring,
  }: { readonly gateway?: ServingGateway | undefined; readonly monitoring?: Monitoring | undefined },
) {
  const { hostname, grpcHostname, requestTimeout = '30 seconds' } = props;
  const metadata = (name: string) => ({ name, namespace, labels: { [endpointLabel]: endpoint } });
  const name = endpointNames.server(endpoint);
  const route = (host: string) => ({
    parentRefs: [{ name: gateway?.name, namespace: gateway?.namespace }],
    hostnames: [host],
  });
  return [
    ...(monitoring ? [monitor(endpoint, metadata(name), monitoring)] : []),
    ...(gateway && hostname !== undefined
      ? [
          {
            apiVersion: routeVersion,
            kind: 'HTTPRoute',
            metadata: metadata(name),
            spec: {
              ...route(hostname),
              rules: [
                {
                  matches: restPaths,
                  timeouts: { request: timeout(requestTimeout) },
                  backendRefs: backends(endpoint, props, port),
                },
              ],
            },
          },
        ]
      : []),
    ...(gateway && grpcHostname !== undefined
      ? [
          {
            apiVersion: routeVersion,
            kind: 'GRPCRoute',
            metadata: metadata(name),
            spec: {
              ...route(grpcHostname),
              rules: [{ matches: grpcMethods, backendRefs: backends(endpoint, props, grpcPort) }],
            },
          },
        ]
      : []),
  ];
}

/** One for both tracks; their figures are told apart by the label `mlops_constructs_track`. */
const monitor = (
  endpoint: string,
  metadata: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  { labels }: Monitoring,
) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
  spec: {
    selector: { matchLabels: { [endpointLabel]: endpoint } },
    targetLabels: [endpointLabel, trackLabel],
    endpoints: [{ port: 'http', path: metrics, interval: '30s' }],
  },
});
