import { Construct } from 'constructs';
import type { SecretKey } from '../core/access';
import type { ICluster } from '../core/cluster';
import { report } from '../core/errors';
import { names, platformNameProblems } from '../core/names';
import { note } from '../core/notes';
import type { Monitoring } from '../core/service-manifests';
import type { IObjectStore } from '../core/storage';
import type { IRegistry } from '../registry/registry';
import { authLink, clientTokenPlace, type ServingAuth, tokensPlace } from './auth';
import { ServingEndpoint } from './endpoint';
import type { EndpointProps } from './endpoint-props';
import { endpointNames } from './names';
import type { ServingGateway } from './routes';

export interface ServingClusterProps {
  readonly cluster: ICluster;
  /** Name of the platform; its namespace is where model servers run. */
  readonly platform: string;
  /** Image of the model server. */
  readonly image: string;
  /** Where models come from. Undefined where a platform has none: endpoints are then refused. */
  readonly registry: IRegistry | undefined;
  /**
   * Bucket of the inference log: features, outputs, version, time, below `inference-log/<endpoint>`.
   * @default - nothing is written down
   */
  readonly log?: IObjectStore | undefined;
  /**
   * Asks callers for a token. `{}` is enough: a token is then made.
   * @default - nobody is asked: whoever reaches an endpoint may use it
   */
  readonly auth?: ServingAuth | undefined;
  /**
   * The Gateway that routes from outside, and shares requests between a model and its canary.
   * @default - endpoints are reached inside the cluster only
   */
  readonly gateway?: ServingGateway | undefined;
  /**
   * The Prometheus operator that scrapes endpoints.
   * @default - no ServiceMonitor
   */
  readonly monitoring?: Monitoring | undefined;
}

/** Serves models of a registry by the Open Inference Protocol. Without an endpoint it makes nothing but its token. */
export class ServingCluster extends Construct {
  private readonly tokens: SecretKey | undefined;
  private readonly hostnames = new Set<string>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ServingClusterProps,
  ) {
    super(scope, id);
    for (const problem of platformNameProblems(props.platform)) report(this, problem);
    this.tokens = props.auth && this.addTokens(props.auth);
    if (props.registry && props.registry.client().offers.length > 0) {
      note(
        this,
        `model servers send the registry's token: its Secret must be in namespace '${names.namespace(props.platform)}', too, before an endpoint starts`,
      );
    }
  }

  /**
   * A model behind an address. What cannot work is reported with all other problems when the app is synthesized.
   * @param name a DNS label of at most 40 characters; with `serving-` before it, it names the Service
   */
  addEndpoint(name: string, props: EndpointProps): ServingEndpoint {
    const { cluster, platform, image, registry, log, gateway, monitoring, auth } = this.props;
    const twin = this.node.tryFindChild(name);
    if (twin instanceof ServingEndpoint) {
      report(this, {
        what: 'two endpoints have one name',
        got: `'${name}' again`,
        do: 'give one of them another name',
      });
      return twin;
    }
    if (!registry) {
      report(this, {
        what: `endpoint '${name}' has no registry to take its model from`,
        got: 'none',
        do: "turn the platform's registry on, or give ServingCluster one, as Registry.fromUrl",
      });
    }
    const endpoint = new ServingEndpoint(this, name, props, {
      cluster,
      platform,
      image,
      gateway,
      monitoring,
      taken: new Set(this.hostnames),
      clientToken: auth && (auth.clientToken ?? clientTokenPlace),
      uses: registry && {
        // a service of ours reads files, the mlflow client variables
        mlflow: { ...registry.client(), secretsAs: 'files' },
        inferenceLog: log?.write(endpointNames.logPrefix(name)),
        auth: this.tokens && authLink(this, this.tokens),
      },
    });
    for (const hostname of [props.hostname, props.grpcHostname]) if (hostname) this.hostnames.add(hostname);
    return endpoint;
  }

  /** The one place of the tokens that are taken. */
  private addTokens(auth: ServingAuth): SecretKey {
    const { cluster, platform } = this.props;
    const { secretName, key } = auth.clientToken ?? clientTokenPlace;
    note(
      this,
      `workloads that use an endpoint send the token in Secret '${secretName}', key '${key}', of their own namespace (jobs: ` +
        `'${names.jobsNamespace(platform)}'): you make it once, and their pods do not start before it is there`,
    );
    if (auth.tokens) return auth.tokens;
    const namespace = names.namespace(platform);
    const revision = auth.tokensRevision ?? 1;
    const made = cluster.addPassword(this, 'Tokens', { ...tokensPlace, namespace, revision });
    return { ...tokensPlace, secretName: made.secretName };
  }
}
