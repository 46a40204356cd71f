import type { Construct } from 'constructs';
import { PlatformError, type Problem } from '../core/errors';
import { note } from '../core/notes';
import { isSecretOffer } from '../core/secret-offer';
import type { IObjectStore } from '../core/storage';
import { backupStore, scheduledBackup } from '../operators/postgres-backups';
import type { Cluster } from './cluster';

export interface Backup {
  /**
   * When a base backup is made: cron with six fields, seconds first, UTC.
   * @default '0 0 2 * * *'
   */
  readonly schedule?: string | undefined;
  /**
   * For how many days backups, and the WAL files since the oldest of them, are kept.
   * @default 7
   */
  readonly days?: number | undefined;
}

/** The workload whose credentials the object store is asked for. */
export const backupUser = 'postgres-backup';

/** What lies before backups in the bucket. */
const prefix = 'postgres-backup';

/** A schedule of five fields would be read with minutes as seconds: a backup every hour of the day. */
export const cronProblems = ({ schedule }: Backup): Problem[] =>
  schedule === undefined || schedule.trim().split(/\s+/).length === 6
    ? []
    : [
        {
          what: 'postgres.backup.schedule needs six fields, seconds first',
          got: `'${schedule}'`,
          do: "write it as '0 0 2 * * *' for two at night",
        },
      ];

interface Place {
  /** Name of the Postgres cluster. */
  readonly cluster: string;
  readonly namespace: string;
}

interface BackupNeeds {
  readonly cluster: Cluster;
  readonly backup?: Backup | undefined;
  readonly objectStore: IObjectStore;
}

/**
 * The object store as the plugin knows it, and the schedule.
 * @returns the name of the store; undefined where there are no backups
 */
export function addBackups(
  scope: Construct,
  { cluster, backup, objectStore }: BackupNeeds,
  { cluster: server, namespace }: Place,
): string | undefined {
  if (!backup) {
    note(scope, 'nobody backs the database up: a lost volume is a lost database. Give postgres.backup, {} is enough');
    return undefined;
  }
  const name = `${server}-backup`;
  const { values, offers, resource } = objectStore.readWrite(prefix);
  const refs = offers.find(isSecretOffer)?.refs(backupUser);
  const { accessKeyId, secretAccessKey } = refs ?? {};
  if (!accessKeyId || !secretAccessKey) {
    throw new PlatformError({
      what: `${resource.node.path} has no credentials for '${backupUser}'`,
      got: 'neither its own nor default ones',
      do: `add credentials for '${backupUser}', or credentials.default`,
    });
  }
  const ca = values.caCertificate === undefined ? undefined : { secretName: `${name}-ca`, key: 'ca.crt' };
  cluster.addManifests(scope, 'Backup', {
    release: name,
    namespace,
    awaitDeletion: true,
    manifests: [
      ...(ca ? [certificate(ca.secretName, namespace, { [ca.key]: values.caCertificate })] : []),
      backupStore({
        name,
        namespace,
        bucket: values.bucket,
        prefix: values.prefix ?? prefix,
        endpoint: values.endpoint,
        region: values.region ?? 'us-east-1',
        ca,
        accessKeyId,
        secretAccessKey,
        days: backup.days ?? 7,
      }),
      scheduledBackup({ name, namespace, cluster: server, schedule: backup.schedule ?? '0 0 2 * * *' }),
    ],
  });
  return name;
}

/** A certificate is no secret; the plugin reads it from a Secret only. */
const certificate = (name: string, namespace: string, stringData: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type: 'Opaque',
  stringData,
});
