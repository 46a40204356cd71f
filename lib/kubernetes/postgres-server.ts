import type { Construct } from 'constructs';
import type { Destination } from '../core/access';
import { anywhere } from '../core/endpoint';
import { partOf } from '../core/labels';
import { names } from '../core/names';
import { callerLabels, networkRules } from '../core/network-rules';
import { noteImage } from '../core/notes';
import { callers, inNamespace, tcp } from '../core/peers';
import { quantity, type Resources } from '../core/resources';
import type { Monitoring } from '../core/service-manifests';
import type { IObjectStore } from '../core/storage';
import { type Memory, mebibytes } from '../core/units';
import { inRegistry } from '../operators/image-registry';
import { postgresCluster, postgresDatabase, postgresImage, postgresPodMonitor } from '../operators/postgres-cluster';
import type { Cluster } from './cluster';
import { addBackups, type Backup } from './postgres-backup';
import { firstServer, type PlannedServer } from './postgres-restore';

export const postgresPort = 5432;
export const postgresCallers = 'mlops-constructs/client-of-database';

/** Labels that the operator gives to the pods of a server. */
export const serverLabels = (server: string) => ({ 'cnpg.io/cluster': server });

export interface PostgresServerProps {
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
  readonly cluster: Cluster;
  readonly platform: string;
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

/** One Postgres server of CloudNativePG, with the roles and databases of the components. */
export class PostgresServer {
  private readonly namespace: string;
  /** Where its backups go. */
  private readonly stores: readonly Destination[];

  /**
   * @param scope of its resources alone
   * @param passwords Secret of each component
   */
  constructor(
    private readonly scope: Construct,
    private readonly server: PlannedServer,
    private readonly props: PostgresServerProps,
    passwords: Readonly<Record<string, string>>,
  ) {
    this.namespace = names.namespace(props.platform);
    this.stores = props.backup ? [props.objectStore.readWrite().destination] : [];
    this.addPolicy();
    this.addCluster();
    this.addDatabases(passwords);
  }

  /** Clients, the other instances, the operator and Prometheus come in; instances speak to the API server. */
  private addPolicy(): void {
    const { cluster, platform, operatorNamespace, monitoring } = this.props;
    const podLabels = serverLabels(this.server.name);
    const self = inNamespace(this.namespace, podLabels);
    const { egress } = networkRules({ platform, dns: cluster.dns, destinations: this.stores });
    cluster.addNetworkPolicy(this.scope, 'NetworkPolicy', {
      name: this.server.name,
      namespace: this.namespace,
      labels: partOf(platform),
      podLabels,
      rules: {
        ingress: [
          { from: [callers(platform, postgresCallers), self], ports: tcp(postgresPort) },
          { from: [self, inNamespace(operatorNamespace)], ports: tcp(8000) },
          ...(monitoring ? [{ from: [inNamespace(monitoring.namespace)], ports: tcp(9187) }] : []),
        ],
        egress: [
          ...egress,
          { to: [self], ports: tcp(postgresPort, 8000) },
          // the API server, whose address is nobody's to know
          { to: anywhere.map((cidr) => ({ cidr })), ports: tcp(443, 6443) },
        ],
      },
    });
  }

  private addCluster(): void {
    const { cluster, imageRegistry, monitoring, protect, resources = defaultResources, ...props } = this.props;
    const { name, from } = this.server;
    const { namespace } = this;
    const image = inRegistry(postgresImage, imageRegistry);
    noteImage(this.scope, { image, licence: 'PostgreSQL', startedBy: 'CloudNativePG' });
    const backupStore = addBackups(this.scope, this.props, { cluster: name, namespace });
    this.addManifests('Server', name, [
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
        backupStore,
        from,
        podLabels: callerLabels(this.stores),
        keep: protect,
      }),
      ...(monitoring ? [postgresPodMonitor(name, namespace, monitoring.labels)] : []),
    ]);
  }

  private addDatabases(passwords: Readonly<Record<string, string>>): void {
    const { platform, protect } = this.props;
    const server = this.server.name;
    const manifests = Object.entries(passwords).flatMap(([component, passwordSecret]) =>
      postgresDatabase({
        namespace: this.namespace,
        cluster: server,
        name: server === firstServer ? component : `${server}-${component}`,
        database: names.database(platform, component),
        passwordSecret,
        keep: protect,
      }),
    );
    if (manifests.length > 0) this.addManifests('Databases', `${server}-roles`, manifests);
  }

  private addManifests(id: string, release: string, manifests: readonly Readonly<Record<string, unknown>>[]): void {
    const { cluster, protect } = this.props;
    cluster.addManifests(this.scope, id, {
      release,
      namespace: this.namespace,
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
