import { platformLabel } from '../core/labels';
import type { INodePool } from '../core/node-pool';
import type { Exposure } from '../core/service-manifests';
import { envoyImage, gatewayNamespace } from './envoy-gateway';
import { inRegistry } from './image-registry';
import { placement, resources } from './spec';

export interface GatewayProps {
  /** Of the Gateway, its class, its proxies and their Service. */
  readonly name: string;
  /** The platform whose namespaces may attach routes. */
  readonly platform: string;
  /**
   * How the proxies are reached: `ClusterIP` where a load balancer of its own points at the pods, as on AWS.
   * @default 'LoadBalancer'
   */
  readonly service?: 'LoadBalancer' | 'ClusterIP' | 'NodePort' | undefined;
  /**
   * Networks that a LoadBalancer lets in, as CIDRs.
   * @default - everybody who reaches it
   */
  readonly sourceRanges?: readonly string[] | undefined;
  /**
   * Secret with the certificate, in the Gateway's namespace; requests without TLS are then sent over to TLS.
   * @default - no TLS: it ends before the Gateway, or nowhere
   */
  readonly tlsSecret?: string | undefined;
  /** @default 2 */
  readonly replicas?: number | undefined;
  /**
   * Seconds for which a proxy that stops still answers: a load balancer that is no part of the cluster is slow to learn
   * of it.
   * @default - 10, as Envoy Gateway has it
   */
  readonly drainSeconds?: number | undefined;
  /**
   * Where the proxies run.
   * @default - any node without taints
   */
  readonly pool?: Pick<INodePool, 'nodeSelector' | 'tolerations'> | undefined;
  /**
   * What stands before the name of the proxies' image.
   * @default - the image comes from its own registry
   */
  readonly imageRegistry?: string | undefined;
}

const group = 'gateway.networking.k8s.io';
const apiVersion = `${group}/v1`;
const envoy = 'gateway.envoyproxy.io';

/** One Gateway in the operator's namespace with a class and proxies of its own. */
export const gatewayManifests = (props: GatewayProps) => [
  proxy(props),
  gatewayClass(props.name),
  gateway(props),
  ...(props.tlsSecret === undefined ? [] : [redirect(props.name)]),
];

/** The Gateway of a platform, as routes name it: known before it is there. */
export const installedGateway = (platform: string): Exposure['gateway'] => ({
  name: platform,
  namespace: gatewayNamespace,
});

const metadata = (name: string) => ({ name, namespace: gatewayNamespace });

const proxy = ({ name, service = 'LoadBalancer', replicas = 2, ...props }: GatewayProps) => ({
  apiVersion: `${envoy}/v1alpha1`,
  kind: 'EnvoyProxy',
  metadata: metadata(name),
  spec: {
    ...(props.drainSeconds === undefined
      ? {}
      : { shutdown: { minDrainDuration: `${props.drainSeconds}s`, drainTimeout: `${2 * props.drainSeconds}s` } }),
    provider: {
      type: 'Kubernetes',
      kubernetes: {
        // the Service's name is else a hash: what points at it from outside must know it before it is there
        envoyService: {
          name,
          type: service,
          ...(props.sourceRanges === undefined ? {} : { loadBalancerSourceRanges: [...props.sourceRanges] }),
        },
        envoyDeployment: {
          replicas,
          container: {
            // what is said for a class replaces all that the chart's values say for every proxy, their image too
            ...(props.imageRegistry === undefined ? {} : { image: inRegistry(envoyImage, props.imageRegistry) }),
            resources: resources('100m', '512Mi', '2'),
          },
          pod: { ...placement(props), topologySpreadConstraints: spread(name) },
        },
        envoyPDB: { maxUnavailable: 1 },
      },
    },
  },
});

/** Nodes and zones fail with what is on them. */
const spread = (name: string) =>
  ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { [`${envoy}/owning-gateway-name`]: name } },
  }));

const gatewayClass = (name: string) => ({
  apiVersion,
  kind: 'GatewayClass',
  metadata: { name },
  spec: {
    controllerName: `${envoy}/gatewayclass-controller`,
    parametersRef: { group: envoy, kind: 'EnvoyProxy', name, namespace: gatewayNamespace },
  },
});

function gateway({ name, platform, tlsSecret }: GatewayProps) {
  const ours = { namespaces: { from: 'Selector', selector: { matchLabels: { [platformLabel]: platform } } } };
  const listeners =
    tlsSecret === undefined
      ? [{ name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: ours }]
      : [
          // only the redirect below
          { name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from: 'Same' } } },
          {
            name: 'https',
            protocol: 'HTTPS',
            port: 443,
            tls: { mode: 'Terminate', certificateRefs: [{ name: tlsSecret }] },
            allowedRoutes: ours,
          },
        ];
  return { apiVersion, kind: 'Gateway', metadata: metadata(name), spec: { gatewayClassName: name, listeners } };
}

const redirect = (name: string) => ({
  apiVersion,
  kind: 'HTTPRoute',
  metadata: metadata(`${name}-to-https`),
  spec: {
    parentRefs: [{ name, sectionName: 'http' }],
    rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
  },
});
