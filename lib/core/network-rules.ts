import type { Destination } from './access';
import { partOf } from './labels';
import { callers, inNamespace, type NetworkPort, type PodPeer, tcp } from './peers';

/** Who may come in and where packets may go; everything else is refused. */
export interface NetworkRules {
  readonly ingress: readonly { readonly from: readonly PodPeer[]; readonly ports: readonly NetworkPort[] }[];
  readonly egress: readonly {
    readonly to: readonly (PodPeer | { readonly cidr: string })[];
    readonly ports: readonly NetworkPort[];
  }[];
}

/** Where pods look names up: pods of a namespace, or an address such as that of a cache on each node. */
export interface Dns {
  /** A namespace, or a CIDR. */
  readonly at: { readonly namespace: string } | { readonly cidr: string };
  /** Port at which it listens, behind its Service. @default 53 */
  readonly port?: number | undefined;
}

/** CoreDNS as most clusters run it. */
const usualDns: Dns = { at: { namespace: 'kube-system' } };

export interface NetworkNeeds {
  /** The platform whose namespaces may call this workload. */
  readonly platform: string;
  /** The port on which it listens. @default - it does not listen: nobody may come in */
  readonly port?: number | undefined;
  /** A second one, for gRPC: callers and the gateway come in there too, Prometheus does not. @default - it has none */
  readonly grpcPort?: number | undefined;
  /**
   * The label that callers carry; see `Destination`.
   * @default - no pod may call it
   */
  readonly callerLabel?: string | undefined;
  /** Namespace of the Prometheus that scrapes it. @default - nobody scrapes it */
  readonly prometheusNamespace?: string | undefined;
  /** Namespace of the gateway's pods that bring requests from outside. @default - no gateway */
  readonly gatewayNamespace?: string | undefined;
  /** @default - pods of kube-system, at port 53 */
  readonly dns?: Dns | undefined;
  /** The other ends of its links. */
  readonly destinations: readonly Destination[];
}

/** Links to rules: DNS out, each link out on its port, callers, Prometheus and the gateway in. */
export function networkRules(needs: NetworkNeeds): NetworkRules {
  return { ingress: ingress(needs), egress: egress(needs) };
}

function ingress({
  platform,
  port,
  grpcPort,
  callerLabel,
  prometheusNamespace,
  gatewayNamespace,
}: NetworkNeeds): NetworkRules['ingress'] {
  const called = callerLabel ? [callers(platform, callerLabel)] : [];
  const prometheus = prometheusNamespace ? [inNamespace(prometheusNamespace)] : [];
  const gateway = gatewayNamespace ? [inNamespace(gatewayNamespace)] : [];
  return [...letIn(port, [...called, ...prometheus, ...gateway]), ...letIn(grpcPort, [...called, ...gateway])];
}

/** An empty `from` would let everybody in. */
const letIn = (port: number | undefined, from: readonly PodPeer[]): NetworkRules['ingress'] =>
  port === undefined || from.length === 0 ? [] : [{ from, ports: tcp(port) }];

type Egress = NetworkRules['egress'];

/** Lets pods look names up. */
export const lookUp = ({ at, port = 53 }: Dns = usualDns): Egress[number] => ({
  to: ['cidr' in at ? { cidr: at.cidr } : inNamespace(at.namespace)],
  ports: [{ protocol: 'UDP', port }, ...tcp(port)],
});

function egress({ destinations, dns }: NetworkNeeds): Egress {
  // an empty `to` would let packets go anywhere
  const reached = destinations.filter((destination) => destination.kind === 'pods' || destination.cidrs.length > 0);
  const links = reached.map((destination) => ({
    to:
      destination.kind === 'addresses'
        ? destination.cidrs.map((cidr) => ({ cidr }))
        : [inNamespace(destination.namespace, destination.labels)],
    ports: tcp(destination.port),
  }));
  return [lookUp(dns), ...links];
}

/**
 * What the links of a workload make of its pods: rules for their own network, and labels by which the other ends let
 * them in.
 */
export function linkedPods(cluster: { readonly dns?: Dns | undefined }, needs: Omit<NetworkNeeds, 'dns'>) {
  return {
    labels: { ...partOf(needs.platform), ...callerLabels(needs.destinations) },
    network: networkRules({ ...needs, dns: cluster.dns }),
  };
}

/** Labels that a workload carries so that the other ends of its links let it in. */
export const callerLabels = (destinations: readonly Destination[]): Record<string, string> =>
  Object.fromEntries(destinations.flatMap((d) => (d.kind === 'pods' ? [[d.callerLabel, 'true'] as const] : [])));
