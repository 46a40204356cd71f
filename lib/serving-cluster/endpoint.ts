import { Construct, type IConstruct } from 'constructs';
import type { inference } from '../../services/kit/connections';
import { grpcPort, modelServerContract } from '../../services/model-server/contract';
import type { Destination, Link, SecretKey } from '../core/access';
import type { ICluster } from '../core/cluster';
import { type Environment, environment, type LinkInput, linksOf } from '../core/environment';
import { attempt, report } from '../core/errors';
import { names } from '../core/names';
import { linkedPods } from '../core/network-rules';
import type { INodePool } from '../core/node-pool';
import { viaSecret } from '../core/secret-offer';
import type { Monitoring } from '../core/service-manifests';
import { mebibytes, milliseconds, seconds } from '../core/units';
import { endpointProblems } from './checks';
import type { EndpointProps } from './endpoint-props';
import { endpointLabel, endpointNames, type Track, trackLabel } from './names';
import { endpointPool, endpointResources } from './placement';
import { endpointManifests, type ServingGateway } from './routes';

type Uses = LinkInput<(typeof modelServerContract)['uses']>;

/** A model that answers. */
export interface IServingEndpoint extends IConstruct {
  /** Base URL of REST inside the cluster. */
  readonly url: string;
  /** `host:port` of gRPC inside the cluster. */
  readonly grpcUrl: string;
  /**
   * Lets a workload ask it, as `<USE>_URL`, `<USE>_MODEL` and, with tokens, `<USE>_TOKEN`. It reaches the main model only: the canary's
   * share is the gateway's to give.
   * @param protocol REST by default
   */
  client(protocol?: 'http' | 'grpc'): Link<typeof inference>;
}

/** What a `ServingCluster` hands to each of its endpoints. */
export interface EndpointSurroundings {
  readonly cluster: ICluster;
  readonly platform: string;
  readonly image: string;
  readonly gateway: ServingGateway | undefined;
  readonly monitoring: Monitoring | undefined;
  /** Undefined where there is no registry, which is reported. */
  readonly uses: Uses | undefined;
  /** Host names of the endpoints before it. */
  readonly taken: ReadonlySet<string>;
  /** Place of the token that callers send. */
  readonly clientToken: SecretKey | undefined;
}

const { port } = modelServerContract;
const cacheFolder = '/cache';

/** What the servers of both tracks share. */
interface Common {
  readonly serviceAccountName: string;
  readonly pool: INodePool;
  readonly destinations: readonly Destination[];
}

/** The name in `models:/NAME@ALIAS`. */
const nameIn = (uri: string) => uri.replace(/^models:\//, '').replace(/(@[^@]*|\/[^/]*)$/, '');

/** One endpoint: a server for each track, as one identity, and the routes that lead there. Its problems carry its path. */
export class ServingEndpoint extends Construct implements IServingEndpoint {
  readonly url: string;
  readonly grpcUrl: string;
  private readonly namespace: string;

  constructor(
    scope: Construct,
    private readonly name: string,
    private readonly props: EndpointProps,
    private readonly surroundings: EndpointSurroundings,
  ) {
    super(scope, name);
    const { cluster, platform, uses } = surroundings;
    this.namespace = names.namespace(platform);
    const host = `${endpointNames.server(name)}.${this.namespace}.svc`;
    this.url = `http://${host}:${port}`;
    this.grpcUrl = `${host}:${grpcPort}`;
    const problems = endpointProblems(name, props, surroundings);
    for (const problem of problems) report(this, problem);
    const pool = attempt(this, () => endpointPool(cluster, name, props));
    if (pool && uses && problems.length === 0) attempt(this, () => this.addResources(pool, uses));
  }

  client(protocol: 'http' | 'grpc' = 'http'): Link<typeof inference> {
    const token = this.surroundings.clientToken;
    return {
      resource: this,
      type: 'inference',
      values: { url: protocol === 'http' ? this.url : this.grpcUrl, model: this.modelName },
      offers: token ? [viaSecret(() => ({ token }))] : [],
      secretsAs: 'variables',
      destination: this.destination(protocol === 'http' ? port : grpcPort),
    };
  }

  private get modelName(): string {
    return this.props.modelName ?? nameIn(this.props.model);
  }

  private destination(to: number): Destination {
    return {
      kind: 'pods',
      namespace: this.namespace,
      labels: { 'app.kubernetes.io/name': endpointNames.server(this.name) },
      port: to,
      callerLabel: endpointNames.callerLabel(this.name),
    };
  }

  private addResources(pool: INodePool, uses: Uses): void {
    const { name, props, namespace } = this;
    const { cluster, gateway, monitoring } = this.surroundings;
    const release = endpointNames.server(name);
    const identity = cluster.addIdentity(this, 'Identity', { name: release, namespace });
    // once for both tracks: each acceptance of a link adds to what the identity may do
    const variables = environment(modelServerContract, this.variables(), uses, identity);
    const { serviceAccountName } = identity;
    const destinations = linksOf(uses).map(([, link]) => link.destination);
    const common = { serviceAccountName, pool, destinations };
    this.addServer('champion', variables, common);
    if (props.canary) this.addServer('canary', withModel(variables, props.canary.model), common);
    const manifests = endpointManifests(name, namespace, props, { gateway, monitoring });
    if (manifests.length > 0) cluster.addManifests(this, 'Manifests', { release, namespace, manifests });
  }

  private variables() {
    const { model, threads, batching, queue, requestTimeout, maxRequest, maxHeld, maxModel, sample } = this.props;
    return {
      MODEL_URI: model,
      MODEL_NAME: this.modelName,
      CACHE_DIR: cacheFolder,
      INTRA_OP_THREADS: threads,
      BATCH_MAX_SIZE: batching?.size,
      BATCH_WINDOW_MS: batching?.window && milliseconds(batching.window),
      QUEUE_SIZE: queue,
      REQUEST_TIMEOUT_MS: requestTimeout && milliseconds(requestTimeout),
      MAX_REQUEST_MIB: maxRequest && mebibytes(maxRequest),
      MAX_HELD_MIB: maxHeld && mebibytes(maxHeld),
      MAX_MODEL_MIB: maxModel && mebibytes(maxModel),
      LOG_SAMPLE: sample,
    };
  }

  private addServer(track: Track, variables: Environment, { destinations, ...common }: Common): void {
    const { name, props, namespace } = this;
    const { cluster, platform, image, gateway, monitoring } = this.surroundings;
    const { hostname, grpcHostname, rolloutTimeout, maxModel = '1 GiB' } = props;
    const isRouted = hostname !== undefined || grpcHostname !== undefined;
    const { labels, network } = linkedPods(cluster, {
      platform,
      port,
      grpcPort,
      callerLabel: endpointNames.callerLabel(name),
      prometheusNamespace: monitoring?.namespace,
      gatewayNamespace: isRouted ? (gateway?.podNamespace ?? gateway?.namespace) : undefined,
      destinations,
    });
    cluster.addServer(this, track === 'champion' ? 'Champion' : 'Canary', {
      name: endpointNames.server(name, track),
      namespace,
      labels: { ...labels, [endpointLabel]: name, [trackLabel]: track },
      network,
      ...common,
      podSecurity: 'restricted',
      container: {
        readOnly: true,
        image,
        ...variables,
        resources: endpointResources(props),
        // the version that serves, the one before it, the one that comes, and room: a pod beyond its limit is evicted
        scratch: [{ name: 'cache', path: cacheFolder, sizeLimit: `${4 * mebibytes(maxModel)}Mi` }],
      },
      port,
      grpcPort,
      probes: modelServerContract.probes,
      replicas: track === 'champion' ? (props.replicas ?? 2) : (props.canary?.replicas ?? 1),
      autoscaling: props.autoscaling,
      rolloutSeconds: rolloutTimeout && seconds(rolloutTimeout),
    });
  }
}

const withModel = ({ variables, ...rest }: Environment, model: string): Environment => ({
  ...rest,
  variables: variables.map((one) => (one.name === 'MODEL_URI' ? { ...one, value: model } : one)),
});
