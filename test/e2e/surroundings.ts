import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { temporaryFolder } from '../harness/folder';
import { startPostgres } from '../harness/postgres';
import { startS3 } from '../harness/s3';

/** The node's address in the test bed: pods reach servers of the host there. */
const host = process.env.E2E_HOST_ADDRESS ?? '10.250.0.1';

export const admin = { user: 'mlops_admin', password: 'admin-password-of-the-e2e-run' };

/**
 * Postgres and an S3 server on the host, as the pods see them; an administrator without superuser rights.
 * @param tls paths of the certificate that Postgres shows, where it speaks TLS
 */
export async function startSurroundings(tls?: { readonly certificate: string; readonly key: string }) {
  const hba = join(temporaryFolder('hba'), 'pg_hba.conf');
  writeFileSync(hba, 'host all all 0.0.0.0/0 scram-sha-256\n');
  chmodSync(join(hba, '..'), 0o755);
  const postgres = await startPostgres({
    flags: ['-c', `listen_addresses=127.0.0.1,${host}`, '-c', `hba_file=${hba}`],
    ...(tls ? { tls } : {}),
  });
  await postgres.sql(`create role ${admin.user} login createrole createdb password '${admin.password}'`);
  const s3 = await startS3({ listen: host, bucket: 'acme-ml' });
  return {
    postgres: { host, port: postgres.port },
    objectStore: { endpoint: String(s3.config.endpoint), bucket: 'acme-ml' },
    bucketFolder: s3.directory,
    sql: postgres.sql,
    order: { postgres: postgres.order, s3: s3.order },
    /** Tries a password: `'let in'`, or what the server says. */
    login: async (user: string, password: string): Promise<string> => {
      const client = new Client({ host: '127.0.0.1', port: postgres.port, user, password, database: user });
      try {
        await client.connect();
        await client.end();
        return 'let in';
      } catch (error) {
        return (error as Error).message;
      }
    },
    stop: () => Promise.all([postgres.stop(), s3.stop()]),
  };
}
