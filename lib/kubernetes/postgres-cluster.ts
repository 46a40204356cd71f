import { Construct } from 'constructs';
import type { postgres } from '../../services/kit/connections';
import type { Link, SecretKey } from '../core/access';
import { anywhere } from '../core/endpoint';
import { report } from '../core/errors';
import { partOf } from '../core/labels';
import { names } from '../core/names';
import { callerLabels, networkRules } from '../core/network-rules';
import { noteImage } from '../core/notes';
import { callers, inNamespace, tcp } from '../core/peers';
import { quantity, type Resources, resourceProblems } from '../core/resources';
import { viaSecret } from '../core/secret-offer';
import type { Monitoring } from '../core/service-manifests';
import type { IObjectStore, IPostgres } from '../core/storage';
import { type Memory, mebibytes } from '../core/units';
import { inRegistry } from '../operators/image-registry';
import { postgresCluster, postgresDatabase, postgresImage, postgresPodMonitor } from '../operators/postgres-cluster';
import type { Cluster } from './cluster';
import { addBackups, type Backup, cronProblems } from './postgres-backup';

/** Of the CloudNativePG objects: not `postgres`, because its Secrets would be `postgres-<component>` too. */
const name = 'database';
const port = 5432;
const callerLabel = 'mlops-constructs/client-of-database';
const podLabels = { 'cnpg.io/cluster': name };

export interface PostgresClusterOptions {
  /** Size of each instance's volume. It may grow, where the storage class allows it, and never shrinks. */
  readonly storage: Memory;
  /**
   * With three of them one may fail.
   * @default 1
   */
  readonly instances?: number | undefined;
  /**
   * Compute of one instance.
   * @default - 500m CPU up to 2, 2 GiB of memory
   */
  readonly resources?: Resources | undefined;
  /**
   * Parameters of Postgres.
   * @default - a quarter of the memory for shared_buffers, all else as Postgres has it
   */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Base backups and every WAL file to an object store, by the plugin.
   * @default - none: a lost volume is a lost database
   */
  readonly backup?: Backup | undefined;
  /**
   * Raise it by one to give every role a new password.
   * @default 1
   */
  readonly passwordRevision?: number | undefined;
}

export interface PostgresClusterProps extends PostgresClusterOptions {
  readonly cluster: Cluster;
  readonly platform: string;
  /** One database, one role and one Secret for each, such as `registry`. */
  readonly components: readonly string[];
  /** Where backups go, if `backup` names no other place. */
  readonly objectStore: IObjectStore;
  /** Refuses to be destroyed. */
  readonly protect: boolean;
  /** Namespace of the operator, which asks the instances how they are. */
  readonly operatorNamespace: string;
  /** @default - images come from their own registries */
  readonly imageRegistry?: string | undefined;
  /** @default - nobody scrapes it */
  readonly monitoring?: Monitoring | undefined;
}

/** A server that another stack makes, known by its name. */
class NamedPostgresCluster extends Construct implements IPostgres {
  constructor(
    scope: Construct,
    id: string,
    private readonly platform: string,
  ) {
    super(scope, id);
  }

  database(component: string): Link<typeof postgres> {
    const namespace = names.namespace(this.platform);
    const database = names.database(this.platform, component);
    const password: SecretKey = { secretName: names.databaseSecret(component), key: 'password' };
    return {
      resource: this,
      type: 'postgres',
      values: {
        host: `${name}-rw.${namespace}.svc`,
        port: String(port),
        database,
        user: database,
        sslMode: 'verify-full',
      },
      // the operator makes the authority and changes its certificate: files are read again, text in a variable is not
      offers: [viaSecret(() => ({ password, serverCa: { secretName: `${name}-ca`, key: 'ca.crt' } }))],
      destination: { kind: 'pods', namespace, labels: podLabels, port, callerLabel },
    };
  }
}

/**
 * Postgres in the cluster, run by CloudNativePG, with databases, roles and their passwords. In the platform's namespace,
 * because there a password lies in one Secret for the server and for who connects.
 */
export class PostgresCluster extends NamedPostgresCluster {
  /** A server that another stack makes. */
  static fromName(scope: Construct, id: string, { platform }: { readonly platform: string }): IPostgres {
    return new NamedPostgresCluster(scope, id, platform);
  }

  constructor(scope: Construct, id: string, props: PostgresClusterProps) {
    super(scope, id, props.platform);
    const resources = props.resources ?? defaultResources;
    const { backup } = props;
    for (const problem of [...resourceProblems(resources), ...(backup ? cronProblems(backup) : [])])
      report(this, problem);
    const namespace = names.namespace(props.platform);
    this.addPolicy(props, namespace);
    this.addServer(props, namespace, resources);
    this.addDatabases(props, namespace);
  }

  /** Clients, the other instances, the operator and Prometheus come in; instances speak to the API server. */
  private addPolicy(
    { cluster, platform, operatorNamespace, monitoring, backup, objectStore }: PostgresClusterProps,
    namespace: string,
  ): void {
    const self = inNamespace(namespace, podLabels);
    const store = backup && objectStore.readWrite().destination;
    const { egress } = networkRules({ platform, dns: cluster.dns, destinations: store ? [store] : [] });
    cluster.addNetworkPolicy(this, 'NetworkPolicy', {
      name,
      namespace,
      labels: partOf(platform),
      podLabels,
      rules: {
        ingress: [
          { from: [callers(platform, callerLabel), self], ports: tcp(port) },
          { from: [self, inNamespace(operatorNamespace)], ports: tcp(8000) },
          ...(monitoring ? [{ from: [inNamespace(monitoring.namespace)], ports: tcp(9187) }] : []),
        ],
        egress: [
          ...egress,
          { to: [self], ports: tcp(port, 8000) },
          // the API server, whose address is nobody's to know
          { to: anywhere.map((cidr) => ({ cidr })), ports: tcp(443, 6443) },
        ],
      },
    });
  }

  private addServer(props: PostgresClusterProps, namespace: string, resources: Resources): void {
    const { cluster, imageRegistry, monitoring, protect } = props;
    const image = inRegistry(postgresImage, imageRegistry);
    noteImage(this, { image, licence: 'PostgreSQL', startedBy: 'CloudNativePG' });
    const store = addBackups(this, props, { cluster: name, namespace });
    cluster.addManifests(this, 'Server', {
      release: name,
      namespace,
      protect,
      awaitDeletion: true,
      manifests: [
        postgresCluster({
          name,
          namespace,
          image,
          instances: props.instances ?? 1,
          storage: `${mebibytes(props.storage)}Mi`,
          storageClass: cluster.storageClass,
          resources,
          parameters: { shared_buffers: sharedBuffers(resources), ...props.parameters },
          pool: cluster.pool({ purpose: 'services' }),
          imagePullSecrets: cluster.pullSecrets,
          backupStore: store,
          podLabels: props.backup && callerLabels([props.objectStore.readWrite().destination]),
          keep: protect,
        }),
        ...(monitoring ? [postgresPodMonitor(name, namespace, monitoring.labels)] : []),
      ],
    });
  }

  private addDatabases(
    { cluster, platform, components, passwordRevision, protect }: PostgresClusterProps,
    namespace: string,
  ): void {
    const manifests = components.flatMap((component) => {
      const database = names.database(platform, component);
      const password = cluster.addPassword(this, `Password-${component}`, {
        secretName: names.databaseSecret(component),
        namespace,
        key: 'password',
        revision: passwordRevision ?? 1,
        type: 'kubernetes.io/basic-auth',
        beside: { username: database },
        // the operator then gives the role a new password at once
        labels: { 'cnpg.io/reload': 'true' },
      });
      const passwordSecret = password.secretName;
      return postgresDatabase({ namespace, cluster: name, name: component, database, passwordSecret, keep: protect });
    });
    if (manifests.length === 0) return;
    cluster.addManifests(this, 'Databases', {
      release: `${name}-roles`,
      namespace,
      protect,
      awaitDeletion: true,
      manifests,
    });
  }
}

/** The same memory as request and limit: what the kernel takes back under pressure, Postgres would crash without. */
const defaultResources: Resources = {
  requests: { cpu: '500m', memory: '2Gi' },
  limits: { cpu: '2', memory: '2Gi' },
};

/** A quarter of the memory, as Postgres's own documentation advises (19.4.1, shared_buffers). */
function sharedBuffers({ limits }: Resources): string {
  // 0: the quantity is none, which is reported already
  const quarter = (quantity(limits.memory) ?? 0) / 4;
  return `${Math.max(16, Math.floor(quarter / 2 ** 20))}MB`;
}
