import type { ServiceContract } from '../../services/kit/contract';

/** A Prometheus operator that is there. */
export interface Monitoring {
  /** Namespace of its Prometheus pods, which are let in. */
  readonly namespace: string;
  /**
   * Labels by which it finds ServiceMonitors.
   * @default - none: it takes all
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A way in from outside. */
export interface Exposure {
  /** Full DNS name, as clients write it. */
  readonly hostname: string;
  /** A Gateway that is there, and that takes routes from our namespace. */
  readonly gateway: {
    readonly name: string;
    readonly namespace: string;
    /**
     * Namespace of its proxies' pods, which are let in: `envoy-gateway-system` with Envoy Gateway.
     * @default - that of the Gateway
     */
    readonly podNamespace?: string | undefined;
  };
}

type Named = Pick<ServiceContract, 'name' | 'metrics' | 'port'>;
const selector = (name: string) => ({ 'app.kubernetes.io/name': name });

/** Tells the Prometheus operator to scrape the service (monitoring.coreos.com/v1). */
export const serviceMonitor = (contract: Named, namespace: string, { labels }: Monitoring) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name: contract.name, namespace, labels: { ...selector(contract.name), ...labels } },
  spec: {
    selector: { matchLabels: selector(contract.name) },
    endpoints: [{ port: 'http', path: contract.metrics, interval: '30s' }],
  },
});

/** Routes a host name through the gateway to the service (gateway.networking.k8s.io/v1). */
export const httpRoute = (contract: Named, namespace: string, { hostname, gateway }: Exposure) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: contract.name, namespace, labels: selector(contract.name) },
  spec: {
    parentRefs: [{ name: gateway.name, namespace: gateway.namespace }],
    hostnames: [hostname],
    rules: [{ backendRefs: [{ name: contract.name, port: contract.port }] }],
  },
});
