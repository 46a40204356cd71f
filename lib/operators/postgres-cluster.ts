import type { SecretKey } from '../core/access';
import type { Toleration } from '../core/node-pool';
import type { Resources } from '../core/resources';

const apiVersion = 'postgresql.cnpg.io/v1';

/** Name of the plugin that makes backups (plugin-barman-cloud). */
const barman = 'barman-cloud.cloudnative-pg.io';

/** Of the operator's release 1.30: Postgres 18 with the extensions that it brings. */
export const postgresImage = 'ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie';

/** What a server left in a backup store. */
export interface Archive {
  /** Name of that server. */
  readonly server: string;
  /** How far it is replayed, a time with its zone. @default - to its end */
  readonly until?: string | undefined;
}

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
  /** Name of the {@link backupStore} that receives every WAL file and base backup. @default - no backups */
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
      nodeSelector: { ...props.pool.nodeSelector },
      tolerations: props.pool.tolerations.map((toleration) => ({ ...toleration })),
    },
    // nobody needs a superuser over the network
    enableSuperuserAccess: false,
    primaryUpdateStrategy: 'unsupervised',
    ...(props.parameters === undefined ? {} : { postgresql: { parameters: { ...props.parameters } } }),
    ...(props.backupStore === undefined ? {} : archive(props.backupStore, props.from)),
  },
});

/** Its own archive, named as it is; the one that it is made from lies beside it, and is only read. */
const archive = (barmanObjectName: string, from: Archive | undefined) => ({
  plugins: [{ name: barman, isWALArchiver: true, parameters: { barmanObjectName } }],
  ...(from && {
    bootstrap: {
      recovery: { source: from.server, ...(from.until && { recoveryTarget: { targetTime: from.until } }) },
    },
    externalClusters: [
      { name: from.server, plugin: { name: barman, parameters: { barmanObjectName, serverName: from.server } } },
    ],
  }),
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

export interface BackupStoreProps {
  readonly name: string;
  readonly namespace: string;
  readonly bucket: string;
  /** What lies before everything in the bucket. */
  readonly prefix: string;
  /** Base URL. @default - AWS's own */
  readonly endpoint?: string | undefined;
  readonly region: string;
  /** @default - the authorities that the image trusts */
  readonly ca?: SecretKey | undefined;
  readonly accessKeyId: SecretKey;
  readonly secretAccessKey: SecretKey;
  /** For how many days backups are kept. */
  readonly days: number;
}

const at = ({ secretName, key }: SecretKey) => ({ name: secretName, key });

/** Where backups go, in the plugin's words (barmancloud.cnpg.io/v1). */
export const backupStore = (props: BackupStoreProps) => ({
  apiVersion: 'barmancloud.cnpg.io/v1',
  kind: 'ObjectStore',
  metadata: metadata(props.name, props.namespace),
  spec: {
    retentionPolicy: `${props.days}d`,
    configuration: {
      destinationPath: `s3://${props.bucket}/${props.prefix}`,
      ...(props.endpoint === undefined ? {} : { endpointURL: props.endpoint }),
      ...(props.ca === undefined ? {} : { endpointCA: at(props.ca) }),
      s3Credentials: { accessKeyId: at(props.accessKeyId), secretAccessKey: at(props.secretAccessKey) },
      wal: { compression: 'gzip' },
      data: { compression: 'gzip' },
    },
    instanceSidecarConfiguration: {
      env: [
        { name: 'AWS_DEFAULT_REGION', value: props.region },
        // many servers other than AWS refuse the checksums that newer SDKs add by themselves
        { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
        { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
      ],
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    },
  },
});

/** A base backup at each time of the schedule, and one at once; six fields, seconds first, as the operator reads them. */
export const scheduledBackup = (props: { name: string; namespace: string; cluster: string; schedule: string }) => ({
  apiVersion,
  kind: 'ScheduledBackup',
  metadata: metadata(props.name, props.namespace),
  spec: {
    cluster: { name: props.cluster },
    schedule: props.schedule,
    immediate: true,
    backupOwnerReference: 'none',
    method: 'plugin',
    pluginConfiguration: { name: barman },
  },
});

/** Tells the Prometheus operator to scrape the instances; the operator's own switch for it is deprecated. */
export const postgresPodMonitor = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: { ...metadata(name, namespace), labels: { ...labels } },
  spec: { selector: { matchLabels: { 'cnpg.io/cluster': name } }, podMetricsEndpoints: [{ port: 'metrics' }] },
});
