import { Kysely, PostgresDialect, type PostgresPoolClient, sql } from 'kysely';
import { Pool, type PoolConfig } from 'pg';
import type { Log } from './log';
import { clientConfig, databaseError, type PostgresConfig } from './postgres';
import { preparedName } from './prepared';
import type { Check } from './readiness';

/** Typed queries on one database, and whether it answers. Errors of the driver come as ours, with the reason in words. */
export interface Database<Tables> {
  readonly db: Kysely<Tables>;
  readonly check: Check;
  readonly close: () => Promise<void>;
}

/** A pool that survives a server that goes away: a broken connection is dropped, the next request opens a new one. */
export function openDatabase<Tables>(config: PostgresConfig, log: Log, options: PoolConfig = {}): Database<Tables> {
  const pool = new Pool({ ...clientConfig(config), max: 10, ...options });
  pool.on('error', (err) => log.warn({ err }, 'an idle database connection was lost'));
  // A connection that is lost between two queries of a transaction would end the process; the next query fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));

  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw databaseError(error, config);
    }
  };
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await told(pool.connect());
    const query = (text: string, values: unknown[]) => told(client.query({ name: preparedName(text), text, values }));
    // The other overload is for cursors, which we do not use.
    return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
  };
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }) });
  return {
    db,
    check: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
