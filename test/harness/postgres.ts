import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import type { PostgresConfig } from '../../services/kit/postgres';
import { end, start } from './processes';

/** A real Postgres of its own, on a free port of this machine. */
export interface TestPostgres {
  readonly port: number;
  /** Connection of the superuser to a database. */
  readonly as: (user: string, password: string, database: string) => PostgresConfig;
  /** Runs statements as the superuser. */
  readonly sql: (statement: string, database?: string) => Promise<Record<string, unknown>[]>;
  /** A new database that a new role of the same name owns. */
  readonly createDatabase: (name: string) => Promise<PostgresConfig>;
  /** What the server has logged so far. */
  readonly log: () => string;
  readonly stop: () => Promise<unknown>;
}

export const superuserPassword = 'super-secret-of-the-harness';

/** `flags` go to the server, for example `-c`, `ssl=on`. */
export async function startPostgres(options: { port?: number; flags?: readonly string[] } = {}): Promise<TestPostgres> {
  const script = join(__dirname, 'postgres-server.mjs');
  const server = start(process.execPath, [
    script,
    superuserPassword,
    String(options.port ?? 0),
    ...(options.flags ?? []),
  ]);
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = once(server, 'exit').then(() => [log]);
  const [line] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  const said = parse(String(line));
  if (said.problem !== undefined) throw new Error(said.problem);
  const port = said.port as number;

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
    as,
    sql,
    createDatabase: async (name) => {
      await sql(`create role ${name} login password '${name}-password'`);
      await sql(`create database ${name} owner ${name}`);
      return as(name, `${name}-password`, name);
    },
    log: () => log,
    stop: () => end(server),
  };
}

function parse(line: string): { port?: number; problem?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return { problem: `the Postgres of the harness did not start: ${line}` };
  }
}
