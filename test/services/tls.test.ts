import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase } from '../../services/kit/database';
import { S3ObjectStore } from '../../services/kit/object-store-s3';
import type { PostgresConfig } from '../../services/kit/postgres';
import { temporaryFolder } from '../harness/folder';
import { startPostgres, type TestPostgres } from '../harness/postgres';
import { findS3Server, s3Skipped, startS3, type TestS3 } from '../harness/s3';
import { type Certificates, hasOpenssl, makeCertificates, opensslSkipped } from './support/certificates';
import { readableLog } from './support/log-lines';

(hasOpenssl() ? describe : describe.skip)(hasOpenssl() ? 'TLS' : `skipped: ${opensslSkipped}`, () => {
  const folder = temporaryFolder('tls');
  let ours: Certificates;
  let foreign: Certificates;
  let postgres: TestPostgres;

  beforeAll(async () => {
    const make = (name: string) => {
      mkdirSync(join(folder, name));
      return makeCertificates(join(folder, name));
    };
    [ours, foreign] = [make('ours'), make('foreign')];
    postgres = await startPostgres({ tls: ours.server });
    await postgres.createDatabase('secure');
  });

  afterAll(async () => {
    await postgres?.stop();
  });

  /** What the service would say: 'ready', or why not. */
  async function readiness(settings: Partial<PostgresConfig>): Promise<string> {
    const config = { ...postgres.as('secure', 'secure-password', 'secure'), host: 'localhost', ...settings };
    const { db, check, close } = openDatabase(config, readableLog().log);
    try {
      await check();
      const ssl = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
      return ssl.rows[0]?.ssl ? 'ready, encrypted' : 'ready, in clear';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await close();
    }
  }

  const untrusted = (why: string, host = 'localhost') =>
    `Postgres at ${host}:${postgres.port} shows a certificate that is not trusted: ${why}; set the CA certificate`;

  test('Postgres: encrypts when told, and checks as much as it can', async () => {
    expect(await readiness({ sslMode: 'disable' })).toBe('ready, in clear');
    expect(await readiness({ sslMode: 'require' })).toBe('ready, encrypted');
    expect(await readiness({ sslMode: 'require', host: '127.0.0.1', caCertificate: ours.ca })).toBe('ready, encrypted');
    expect(await readiness({ sslMode: 'verify-full', caCertificate: ours.ca })).toBe('ready, encrypted');
  });

  test('Postgres: an authority in a file is read again for each connection', async () => {
    let file = foreign.ca;
    const config = { ...postgres.as('secure', 'secure-password', 'secure'), host: 'localhost' };
    const { check, close } = openDatabase(
      { ...config, sslMode: 'verify-full', serverCa: () => file },
      readableLog().log,
    );
    try {
      await expect(check()).rejects.toThrow(untrusted('unable to verify the first certificate'));
      file = ours.ca;
      await check();
    } finally {
      await close();
    }
  });

  test('Postgres: refuses a certificate of another authority, or for another name', async () => {
    const foreignChain = untrusted('unable to verify the first certificate');
    expect(await readiness({ sslMode: 'require', caCertificate: foreign.ca })).toBe(foreignChain);
    expect(await readiness({ sslMode: 'verify-full', caCertificate: foreign.ca })).toBe(foreignChain);
    expect(await readiness({ sslMode: 'verify-full' })).toBe(foreignChain);
    expect(await readiness({ sslMode: 'verify-full', caCertificate: ours.ca, host: '127.0.0.1' })).toBe(
      untrusted(
        "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
        '127.0.0.1',
      ),
    );
  });

  (findS3Server() ? describe : describe.skip)(findS3Server() ? 'S3' : `skipped: ${s3Skipped}`, () => {
    let s3: TestS3;
    beforeAll(async () => {
      s3 = await startS3({ tls: ours.server, listen: 'localhost' });
    });
    afterAll(() => s3.stop());

    test('trusts the authority that it is given and no other', async () => {
      await new S3ObjectStore({ ...s3.config, caCertificate: ours.ca }).check();
      for (const caCertificate of [foreign.ca, undefined])
        await expect(new S3ObjectStore({ ...s3.config, caCertificate }).check()).rejects.toThrow(
          /^bucket 'platform' at https:\/\/localhost:\d+ shows a certificate that is not trusted: .*certificate.*; set the CA certificate$/,
        );
    });
  });
});
