import { Construct, type IConstruct } from 'constructs';
import type { mlflow } from '../../services/kit/connections';
import { registryContract } from '../../services/registry/contract';
import type { Destination, Link, SecretKey } from '../core/access';
import type { ICluster } from '../core/cluster';
import { anywhere, endpointProblems, portOf } from '../core/endpoint';
import { report } from '../core/errors';
import { names } from '../core/names';
import { note } from '../core/notes';
import { type ServerOptions, Service } from '../core/service';
import type { IObjectStore, IPostgres } from '../core/storage';
import { type Memory, mebibytes } from '../core/units';
import { adminTokenPlace, authLink, clientTokenPlace, type RegistryAuth } from './auth';
import { mlflowLink, throughServer } from './client';
import { directProblems } from './direct-artifacts';
import { type RegistryWebhooks, webhooksLink } from './webhooks';

/** Experiment tracking and the model registry, over the MLflow REST API. */
export interface IRegistry extends IConstruct {
  /** What clients put into `MLFLOW_TRACKING_URI`, inside the cluster. */
  readonly url: string;
  /** Lets a workload talk to it. */
  client(): Link<typeof mlflow>;
}

export interface RegistryProps extends ServerOptions {
  readonly cluster: ICluster;
  /** Name of the platform; its namespace is where the registry runs. */
  readonly platform: string;
  /** Image of the registry service. */
  readonly image: string;
  /** Holds artifacts: models, plots, files. */
  readonly artifacts: IObjectStore;
  /** Holds experiments, runs and metrics, in the database `registry`. */
  readonly metadata: IPostgres;
  /**
   * What lies before every artifact in the bucket. Changing it hides the artifacts that are there.
   * @default 'registry'
   */
  readonly prefix?: string | undefined;
  /**
   * Largest artifact that a client may upload through the registry.
   * @default '5 GiB'
   */
  readonly maxUpload?: Memory | undefined;
  /**
   * Lets clients send and fetch artifacts at the bucket itself, by URLs that the registry signs and that end after an hour: what is
   * 500 MiB or larger on the way there, everything on the way back (the client's defaults, mlflow 3.17.2). They must reach the bucket
   * by the endpoint that the registry knows. Workloads that use `client()` keep to the registry. `maxUpload` holds for what passes
   * through the registry, not for this.
   * @default false
   */
  readonly directArtifacts?: boolean | undefined;
  /**
   * Asks callers for a token. `{}` is enough: the first admin's token is then made.
   * @default - nobody is asked: whoever reaches the registry may read and write everything
   */
  readonly auth?: RegistryAuth | undefined;
  /**
   * Sends events of the model registry to receivers of yours.
   * @default - webhooks cannot be made
   */
  readonly webhooks?: RegistryWebhooks | undefined;
}

export interface RegistryUrlProps {
  readonly url: string;
  /**
   * Addresses behind the URL, for network policies.
   * @default - any address, on the URL's port only
   */
  readonly cidrs?: readonly string[] | undefined;
  /**
   * Place of the token that clients send, in their own namespace.
   * @default - they send none
   */
  readonly token?: SecretKey | undefined;
}

/** Deploys the registry service: stateless, in as many replicas as wanted. What it keeps is in `artifacts` and `metadata`. */
export class Registry extends Construct implements IRegistry {
  /** An MLflow server that already runs elsewhere. */
  static fromUrl(scope: Construct, id: string, { url, cidrs = anywhere, token }: RegistryUrlProps): IRegistry {
    const destination: Destination = { kind: 'addresses', cidrs, port: portOf(url) };
    const registry = new (class extends Construct implements IRegistry {
      readonly url = url;
      client() {
        return mlflowLink(this, url, destination, token);
      }
    })(scope, id);
    for (const problem of endpointProblems('the url of the registry', url)) report(registry, problem);
    return registry;
  }

  readonly url: string;
  private readonly service: { readonly destination: Destination };
  private readonly token: SecretKey | undefined;
  private readonly isDirect: boolean;

  constructor(scope: Construct, id: string, props: RegistryProps) {
    super(scope, id);
    const {
      cluster,
      platform,
      image,
      artifacts,
      metadata,
      prefix,
      maxUpload,
      directArtifacts,
      auth,
      webhooks,
      ...server
    } = props;
    this.isDirect = directArtifacts ?? false;
    const bucket = artifacts.readWrite(prefix ?? 'registry');
    if (this.isDirect) for (const problem of directProblems(bucket.values.endpoint)) report(this, problem);
    this.token = auth && (auth.clientToken ?? clientTokenPlace);
    const service = new Service(this, 'Service', {
      ...server,
      contract: registryContract,
      cluster,
      platform,
      image,
      env: {
        MAX_UPLOAD_MIB: mebibytes(maxUpload ?? '5 GiB'),
        DIRECT_ARTIFACTS: this.isDirect ? 'true' : undefined,
      },
      uses: {
        artifacts: bucket,
        database: metadata.database('registry'),
        auth: auth && authLink(this, this.adminToken(props, auth), auth.oidc),
        webhooks: webhooks && webhooksLink(this, webhooks),
      },
    });
    this.service = service;
    this.url = service.url;
  }

  client(): Link<typeof mlflow> {
    const link = mlflowLink(this, this.url, this.service.destination, this.token);
    return this.isDirect ? { ...link, values: { ...link.values, ...throughServer } } : link;
  }

  /** The one place of the first admin's token; whoever may read that Secret is an admin of the registry. */
  private adminToken({ cluster, platform }: RegistryProps, auth: RegistryAuth): SecretKey {
    const { secretName, key } = auth.clientToken ?? clientTokenPlace;
    note(
      this,
      `callers inside the platform send the token in Secret '${secretName}', key '${key}', of their own namespace (jobs: ` +
        `'${names.jobsNamespace(platform)}'): an admin makes it once, and their pods do not start before it is there`,
    );
    if (auth.adminToken) return auth.adminToken;
    const revision = auth.adminTokenRevision ?? 1;
    const namespace = names.namespace(platform);
    const made = cluster.addPassword(this, 'AdminToken', { ...adminTokenPlace, namespace, revision });
    return { ...adminTokenPlace, secretName: made.secretName };
  }
}
