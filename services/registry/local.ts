import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../kit/database';
import { startEmbeddedPostgres } from '../kit/embedded-postgres';
import { ProgramError } from '../kit/errors';
import { createLog } from '../kit/log';
import { migrate } from '../kit/migrations';
import { FileObjectStore } from '../kit/object-store-files';
import { ending, run } from '../kit/process';
import { becomeUnprivileged } from '../kit/unprivileged';
import { buildApp } from './app';
import { registryContract } from './contract';
import { migrations } from './migrations';
import { databaseSettings, postgresStores } from './stores';
import type { Tables } from './tables';

/** Artifacts go to this machine's own disk, which says itself when it is full. 1 TiB. */
const maxUploadMib = 1024 * 1024;

/**
 * The registry on one machine, for one person: Postgres of its own, files for artifacts, all in one folder. Run by
 * `mlops local registry`; it ends at a signal, and when that command ends.
 */
run(async () => {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  const { port = String(registryContract.port), data = 'mlops-registry' } = values;
  const folder = resolve(data);
  const user = prepare(folder);
  const log = createLog(registryContract.name, 'warn');

  const password = ownPassword(join(folder, 'postgres-password'));
  const postgresPort = await freePort();
  const postgres = await startEmbeddedPostgres({
    directory: join(folder, 'postgres'),
    port: postgresPort,
    password,
    durable: true,
  });
  const stopped = ending();
  try {
    const config = {
      ...{ host: '127.0.0.1', port: postgresPort, database: 'postgres', user: 'postgres' },
      ...{ sslMode: 'disable' as const, password: () => password },
    };
    await migrate({ database: config, migrations, log });
    const database = openDatabase<Tables>(config, log, databaseSettings);
    const artifacts = new FileObjectStore(join(folder, 'artifacts'));
    const checks = { database: database.check, artifacts: artifacts.check };
    const app = buildApp({ ...postgresStores(database.db), log, artifacts, maxUploadMib, checks });
    await app.listen({ host: 'localhost', port: Number(port) }).catch((error: NodeJS.ErrnoException) => {
      throw portProblem(port, error);
    });
    const url = `http://localhost:${port}`;
    process.stdout.write(
      `registry on ${url}, data in ${folder}${user ? `, as user '${user}' instead of root` : ''}\n` +
        `  export MLFLOW_TRACKING_URI=${url}\n  Ctrl-C ends it, the data stays\n`,
    );
    await stopped;
    await app.close();
    await database.close();
  } finally {
    await postgres.stop();
  }
  process.exit(0);
});

/** Makes the folder, and as root becomes its owner. Nobody else may read what is written from here on. */
function prepare(folder: string): string | undefined {
  const unusable = (error: unknown) =>
    new ProgramError(`--data ${folder} cannot be used, got ${(error as Error).message}; choose another folder`);
  let isEmpty: boolean;
  try {
    mkdirSync(folder, { recursive: true });
    isEmpty = readdirSync(folder).length === 0;
  } catch (error) {
    throw unusable(error);
  }
  if (!isEmpty && !existsSync(join(folder, 'postgres-password')))
    throw new ProgramError(
      `--data ${folder} is no folder of a registry, got other files in it; choose a new or empty folder`,
    );
  const user = becomeUnprivileged(folder, isEmpty);
  process.umask(0o077);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    accessSync(__filename, constants.R_OK);
  } catch (error) {
    if (user === undefined) throw unusable(error);
    const { path } = error as NodeJS.ErrnoException;
    throw new ProgramError(
      `${path} cannot be used, got user '${user}', who runs the registry instead of root and does not reach it; choose a folder that everybody may enter, or run as another user`,
    );
  }
  return user;
}

function ownPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function portProblem(port: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE')
    return new ProgramError(
      `port ${port} of this machine is taken, got ${error.code}; choose another by --port (on macOS, AirPlay holds 5000)`,
    );
  if (error.code === 'EACCES')
    return new ProgramError(`port ${port} is for root only, got ${error.code}; choose one above 1023 by --port`);
  return error;
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
