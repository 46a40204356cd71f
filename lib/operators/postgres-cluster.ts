import type { Toleration } from '../core/node-pool';
import type { Resources } from '../core/resources';
import { type Archive, archived } from './postgres-backups';
import { placement } from './spec';

const apiVersion = 'postgresql.cnpg.io/v1';

/** Of the operator's release 1.30: Postgres 18 with the extensions that it brings. */
export const postgresImage = 'ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie';

export interface PostgresClusterProps {
  readonly name: string;
  readonly namespace: string;
  /** With tag; see {@link postgresImage}. */
  readonly image: string;
  /** One leads, the others follow and take over. */
  readonly instances: number;
  /** Size of each instance's volume, as a Kubernetes quantity; it may grow and never shrinks. */
  readonly storage: string;
  /** @default - the cluster's default class */
  readonly storageClass?: string | undefined;
  readonly resources: Resources;
  /** @default - Postgres's own */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly pool: {
    readonly nodeSelector: Readonly<Record<string, string>>;
    readonly tolerations: readonly Toleration[];
  };
  /** Secrets with credentials of image registries. @default - none */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** Name of the `backupStore` that receives every WAL file and base backup. @default - no backups */
  readonly backupStore?: string | undefined;
  /** From whose archive in that store it is made, read only when it is made. @default - it starts empty */
  readonly from?: Archive | undefined;
  /** Labels of its pods beside the operator's own, by which others let them in. @default - none */
  readonly podLabels?: Readonly<Record<string, string>> | undefined;
  /** Stays when its release goes. */
  readonly keep: boolean;
}

const metadata = (name: string, namespace: string, keep = false) => ({
  name,
  namespace,
  ...(keep ? { annotations: { 'helm.sh/resource-policy': 'keep' } } : {}),
});

/** A Postgres server: instances with a volume each, certificates of its own authority, failover by the operator. */
export const postgresCluster = (props: PostgresClusterProps) => ({
  apiVersion,
  kind: 'Cluster',
  metadata: metadata(props.name, props.namespace, props.keep),
  spec: {
    imageName: props.image,
    instances: props.instances,
    ...(props.imagePullSecrets?.length ? { imagePullSecrets: props.imagePullSecrets.map((name) => ({ name })) } : {}),
    ...(props.podLabels && Object.keys(props.podLabels).length > 0
      ? { inheritedMetadata: { labels: { ...props.podLabels } } }
      : {}),
    // a large volume is not walked through at each start, and a local one with other owners is not refused
    podSecurityContext: { fsGroupChangePolicy: 'OnRootMismatch' },
    storage: {
      size: props.storage,
      ...(props.storageClass === undefined ? {} : { storageClass: props.storageClass }),
    },
    resources: { requests: { ...props.resources.requests }, limits: { ...props.resources.limits } },
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: 'kubernetes.io/hostname',
      podAntiAffinityType: 'preferred',
      ...placement(props),
    },
    // nobody needs a superuser over the network
    enableSuperuserAccess: false,
    primaryUpdateStrategy: 'unsupervised',
    ...(props.parameters === undefined ? {} : { postgresql: { parameters: { ...props.parameters } } }),
    ...(props.backupStore === undefined ? {} : archived(props.backupStore, props.from)),
  },
});

export interface DatabaseProps {
  readonly namespace: string;
  /** Name of the Postgres cluster. */
  readonly cluster: string;
  /** Of the objects. */
  readonly name: string;
  /** In Postgres: of the database and of the role that owns it. */
  readonly database: string;
  /** Secret with `username` and `password`. */
  readonly passwordSecret: string;
  readonly keep: boolean;
}

/** A role and the database that it owns. Neither is dropped when its object goes. */
export const postgresDatabase = ({ namespace, cluster, name, database, passwordSecret, keep }: DatabaseProps) => [
  {
    apiVersion,
    kind: 'DatabaseRole',
    metadata: metadata(name, namespace, keep),
    spec: {
      cluster: { name: cluster },
      name: database,
      login: true,
      passwordSecret: { name: passwordSecret },
      databaseRoleReclaimPolicy: 'retain',
    },
  },
  {
    apiVersion,
    kind: 'Database',
    metadata: metadata(name, namespace, keep),
    spec: { cluster: { name: cluster }, name: database, owner: database, databaseReclaimPolicy: 'retain' },
  },
];

/** Tells the Prometheus operator to scrape the instances; the operator's own switch for it is deprecated. */
export const postgresPodMonitor = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: { ...metadata(name, namespace), labels: { ...labels } },
  spec: { selector: { matchLabels: { 'cnpg.io/cluster': name } }, podMetricsEndpoints: [{ port: 'metrics' }] },
});
