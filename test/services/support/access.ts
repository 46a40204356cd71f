import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../services/kit/config';
import { openDatabase } from '../../../services/kit/database';
import { migrate } from '../../../services/kit/migrations';
import { FileObjectStore } from '../../../services/kit/object-store-files';
import type { PostgresConfig } from '../../../services/kit/postgres';
import { buildApp } from '../../../services/registry/app';
import { authOf } from '../../../services/registry/auth/auth';
import { auth } from '../../../services/registry/contract';
import { migrations } from '../../../services/registry/migrations';
import { postgresStores } from '../../../services/registry/stores';
import type { Tables } from '../../../services/registry/tables';
import { temporaryFolder } from '../../harness/folder';
import { startPostgres, type TestPostgres } from '../../harness/postgres';
import { readableLog } from './log-lines';
import { type Served, serve } from './serve';

export const adminToken = 'hush-admin-token-of-the-first-hour';

export interface Caller {
  get(path: string): ReturnType<Served['get']>;
  send(method: string, path: string, body?: unknown): ReturnType<Served['get']>;
}

export const as = (replica: Served, token: string): Caller => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = (method: string, path: string, body: unknown = {}) =>
    replica.send(method, path, { headers, ...(method !== 'GET' && { body: JSON.stringify(body) }) });
  return { send, get: (path) => send('GET', path) };
};

export async function newToken(replica: Served, fields: object): Promise<{ id: string; secret: string }> {
  const { status, json } = await as(replica, adminToken).send('POST', '/api/v1/tokens', { name: 'test', ...fields });
  expect(status).toBe(200);
  return json.token;
}

/** Registries on one database that ask who comes, for the tests of one file. */
export function useAccess() {
  const folder = temporaryFolder('access');
  const adminFile = join(folder, 'admin-token');
  const { log, lines } = readableLog();
  const closing: (() => Promise<unknown>)[] = [];
  let postgres: TestPostgres;
  let database: PostgresConfig;

  beforeAll(async () => {
    writeFileSync(adminFile, `${adminToken}\n`);
    postgres = await startPostgres();
    database = await postgres.createDatabase('registry');
    await migrate({ database, migrations, log });
  }, 60_000);

  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await postgres?.stop();
  });

  /** A replica with this configuration of who may come in, and these changes of where its database is. */
  async function startReplica(env: Record<string, string>, changes: Partial<PostgresConfig> = {}): Promise<Served> {
    const contract = { name: 'registry', env: {}, uses: { auth } };
    const config = readConfig(contract, { AUTH_ADMIN_TOKEN_FILE: adminFile, AUTH_MODE: 'required', ...env });
    const opened = openDatabase<Tables>({ ...database, ...changes }, log);
    const stores = postgresStores(opened.db);
    const { authenticator, checks } = authOf(config.auth, stores.tokens, log);
    const artifacts = new FileObjectStore(folder);
    const app = buildApp({ ...stores, log, artifacts, maxUploadMib: 1, authenticator, checks });
    closing.push(async () => {
      await app.close();
      await opened.close();
    });
    return serve(app);
  }

  const sql = (statement: string) => postgres.sql(statement, 'registry');
  return { adminFile, log, lines, startReplica, sql };
}
