import { openDatabase } from '../../../services/kit/database';
import { migrate } from '../../../services/kit/migrations';
import { FileObjectStore } from '../../../services/kit/object-store-files';
import type { S3ObjectStore } from '../../../services/kit/object-store-s3';
import { buildApp } from '../../../services/registry/app';
import { migrations } from '../../../services/registry/migrations';
import { postgresStores } from '../../../services/registry/stores';
import type { Tables } from '../../../services/registry/tables';
import { temporaryFolder } from '../../harness/folder';
import { startPostgres, type TestPostgres } from '../../harness/postgres';
import { readableLog } from './log-lines';
import { type Answer, type Served, serve } from './serve';

/** A registry of its own, on real Postgres, with files for artifacts. */
export interface TestRegistry extends Served {
  readonly postgres: TestPostgres;
  /** Where its artifacts lie, unless they lie in a bucket. */
  readonly folder: string;
  /** Rows of the registry's database. */
  readonly sql: (statement: string) => Promise<Record<string, unknown>[]>;
  readonly stop: () => Promise<void>;
}

/** With a bucket its artifacts lie there, and clients may go there themselves. */
export async function startRegistry(bucket?: S3ObjectStore): Promise<TestRegistry> {
  const postgres = await startPostgres();
  // A server that is left behind would keep the tests from ending.
  return startOn(postgres, bucket).catch(async (error) => {
    await postgres.stop();
    throw error;
  });
}

async function startOn(postgres: TestPostgres, bucket?: S3ObjectStore): Promise<TestRegistry> {
  const database = await postgres.createDatabase('registry');
  const folder = temporaryFolder('registry');
  const { log } = readableLog();
  await migrate({ database, migrations, log });
  const opened = openDatabase<Tables>(database, log);
  const artifacts = bucket ?? new FileObjectStore(folder);
  const stores = postgresStores(opened.db);
  const app = buildApp({ ...stores, log, artifacts, direct: bucket?.direct, maxUploadMib: 8, checks: {} });
  return {
    ...(await serve(app)),
    postgres,
    folder,
    sql: (statement) => postgres.sql(statement, 'registry'),
    stop: async () => {
      await app.close();
      artifacts.close();
      await opened.close();
      await postgres.stop();
    },
  };
}

/** A registry for the tests of one file. Destructure its calls, not `url`, `folder` and `postgres`: they are there in tests only. */
export function useRegistry(): Omit<TestRegistry, 'stop'> {
  let started: TestRegistry;
  beforeAll(async () => {
    started = await startRegistry();
  }, 60_000);
  afterAll(() => started?.stop());
  return {
    get: (path) => started.get(path),
    post: (path, body) => started.post(path, body),
    send: (method, path, init) => started.send(method, path, init),
    sql: (statement) => started.sql(statement),
    get url() {
      return started.url;
    },
    get folder() {
      return started.folder;
    },
    get postgres() {
      return started.postgres;
    },
  };
}

export const errorOf = ({ status, json }: Answer) => [status, json.error_code, json.message];

/** Calls that all end with one error. */
export async function expectAll(answers: Promise<Answer>[], error: unknown[]): Promise<void> {
  expect((await Promise.all(answers)).map(errorOf)).toEqual(answers.map(() => error));
}
