import { Token } from 'cdktf';
import { Construct } from 'constructs';
import type { Connection, ServiceContract, Shape } from '../../services/kit/contract';
import type { Destination, IIdentity } from './access';
import type { ICluster } from './cluster';
import { type EnvInput, environment, type LinkInput, linksOf } from './environment';
import { type Problem, report } from './errors';
import { names, platformNameProblems } from './names';
import { linkedPods } from './network-rules';
import { type Resources, resourceProblems } from './resources';
import { type Exposure, httpRoute, type Monitoring, serviceMonitor } from './service-manifests';
import { type Duration, seconds } from './units';

/** Props that every construct with a server passes on. */
export interface ServerOptions {
  /**
   * Number of pods.
   * @default 2
   */
  readonly replicas?: number | undefined;
  /**
   * Scales with CPU use, from `replicas` to `max` pods; plans ignore how many there are. Needs metrics-server.
   * @default - the number of pods is fixed
   */
  readonly autoscaling?: { readonly max: number; readonly cpuPercent: number } | undefined;
  /**
   * Compute of one pod.
   * @default - 100m CPU up to 1, 256 MiB of memory up to 512
   */
  readonly resources?: Resources | undefined;
  /**
   * How long `apply` waits for new pods to be ready; the old ones serve meanwhile.
   * @default '10 minutes'
   */
  readonly rolloutTimeout?: Duration | undefined;
  /**
   * The Prometheus operator that scrapes it.
   * @default - no ServiceMonitor
   */
  readonly monitoring?: Monitoring | undefined;
  /**
   * A route from outside through a Gateway.
   * @default - reached inside the cluster only
   */
  readonly expose?: Exposure | undefined;
}

export interface ServiceProps<E extends Shape, U extends Record<string, Connection>> extends ServerOptions {
  readonly contract: ServiceContract<E, U>;
  readonly cluster: ICluster;
  /** Name of the platform; its namespace is where the service runs. */
  readonly platform: string;
  readonly image: string;
  readonly env: EnvInput<E>;
  readonly uses: LinkInput<U>;
}

const defaultReplicas = 2;
/** Idle the registry takes 92 MiB, with 8 uploads at a time 353, with 16 of them 479. */
const defaultResources: Resources = {
  requests: { cpu: '100m', memory: '256Mi' },
  limits: { cpu: '1', memory: '512Mi' },
};

const autoscalingProblems = ({ autoscaling, replicas = defaultReplicas }: ServerOptions): Problem[] =>
  !autoscaling || [autoscaling.max, replicas].some(Token.isUnresolved) || autoscaling.max >= replicas
    ? []
    : [
        {
          what: 'autoscaling.max is below replicas',
          got: `${autoscaling.max} and ${replicas}`,
          do: 'raise max, or lower replicas',
        },
      ];

/** One of our servers on a cluster: ports, probes and variables all come from its contract. */
export class Service<E extends Shape, U extends Record<string, Connection>> extends Construct {
  readonly identity: IIdentity;
  /** Base URL inside the cluster. */
  readonly url: string;
  /** Where callers send packets to. */
  readonly destination: Destination;

  constructor(scope: Construct, id: string, props: ServiceProps<E, U>) {
    super(scope, id);
    const { contract, cluster } = props;
    const problems = [
      ...platformNameProblems(props.platform),
      ...resourceProblems(props.resources ?? defaultResources),
      ...autoscalingProblems(props),
    ];
    for (const problem of problems) report(this, problem);
    const namespace = names.namespace(props.platform);
    this.identity = cluster.addIdentity(this, 'Identity', { name: contract.name, namespace });
    this.url = `http://${contract.name}.${namespace}.svc:${contract.port}`;
    const callerLabel = `mlops-constructs/client-of-${contract.name}`;
    this.destination = {
      kind: 'pods',
      namespace,
      labels: { 'app.kubernetes.io/name': contract.name },
      port: contract.port,
      callerLabel,
    };
    this.addServer(props, namespace, callerLabel);
    this.addCustomResources(props, namespace);
  }

  private addServer(props: ServiceProps<E, U>, namespace: string, callerLabel: string): void {
    const { contract, cluster } = props;
    cluster.addServer(this, 'Server', {
      name: contract.name,
      namespace,
      ...linkedPods(cluster, {
        platform: props.platform,
        port: contract.port,
        callerLabel,
        prometheusNamespace: props.monitoring?.namespace,
        gatewayNamespace: props.expose?.gateway.podNamespace ?? props.expose?.gateway.namespace,
        destinations: linksOf(props.uses).map(([, link]) => link.destination),
      }),
      serviceAccountName: this.identity.serviceAccountName,
      podSecurity: 'restricted',
      container: {
        readOnly: true,
        image: props.image,
        ...environment(contract, props.env, props.uses, this.identity),
        resources: props.resources ?? defaultResources,
      },
      pool: cluster.pool({ purpose: 'services' }),
      port: contract.port,
      probes: contract.probes,
      replicas: props.replicas ?? defaultReplicas,
      autoscaling: props.autoscaling,
      rolloutSeconds: seconds(props.rolloutTimeout ?? '10 minutes'),
    });
  }

  private addCustomResources({ contract, cluster, monitoring, expose }: ServiceProps<E, U>, namespace: string): void {
    const manifests = [
      ...(monitoring ? [serviceMonitor(contract, namespace, monitoring)] : []),
      ...(expose ? [httpRoute(contract, namespace, expose)] : []),
    ];
    if (manifests.length > 0) cluster.addManifests(this, 'Manifests', { release: contract.name, namespace, manifests });
  }
}
