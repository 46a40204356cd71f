import { Construct, type IConstruct } from 'constructs';
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
import { type mlflow, mlflowLink } from './client';

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
   * Asks callers for a token. `{}` is enough: the first admin's token is then made.
   * @default - nobody is asked: whoever reaches the registry may read and write everything
   */
  readonly auth?: RegistryAuth | undefined;
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

  constructor(scope: Construct, id: string, props: RegistryProps) {
    super(scope, id);
    const { cluster, platform, image, artifacts, metadata, prefix, maxUpload, auth, ...server } = props;
    this.token = auth && (auth.clientToken ?? clientTokenPlace);
    const service = new Service(this, 'Service', {
      ...server,
      contract: registryContract,
      cluster,
      platform,
      image,
      env: { MAX_UPLOAD_MIB: mebibytes(maxUpload ?? '5 GiB') },
      uses: {
        artifacts: artifacts.readWrite(prefix ?? 'registry'),
        database: metadata.database('registry'),
        auth: auth && authLink(this, this.adminToken(props, auth), auth.oidc),
      },
    });
    this.service = service;
    this.url = service.url;
  }

  client(): Link<typeof mlflow> {
    return mlflowLink(this, this.url, this.service.destination, this.token);
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
