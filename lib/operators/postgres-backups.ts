import type { SecretKey } from '../core/access';

/** Name of the plugin that makes backups (plugin-barman-cloud). */
const barman = 'barman-cloud.cloudnative-pg.io';

/** What a server left in a backup store. */
export interface Archive {
  /** Name of that server. */
  readonly server: string;
  /** How far it is replayed, a time with its zone. @default - to its end */
  readonly until?: string | undefined;
}

/**
 * What a server of CloudNativePG says of its archive: its own is named as it is; the one that it is made from lies beside
 * it, and is only read.
 */
export const archived = (barmanObjectName: string, from: Archive | undefined) => ({
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
  metadata: { name: props.name, namespace: props.namespace },
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
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'ScheduledBackup',
  metadata: { name: props.name, namespace: props.namespace },
  spec: {
    cluster: { name: props.cluster },
    schedule: props.schedule,
    immediate: true,
    backupOwnerReference: 'none',
    method: 'plugin',
    pluginConfiguration: { name: barman },
  },
});
