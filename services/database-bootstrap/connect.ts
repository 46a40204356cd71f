import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ProgramError } from '../kit/errors';
import type { Log } from '../kit/log';
import { clientConfig, databaseError, type PostgresConfig } from '../kit/postgres';

/** Connects, and waits for a server that is not there yet; throws the last reason in words when the time is over. */
export async function connect(config: PostgresConfig, log: Log, limitMs: number): Promise<Client> {
  const end = Date.now() + limitMs;
  for (let last = ''; ; await sleep(Math.min(1000, Math.max(0, end - Date.now())))) {
    const client = new Client(clientConfig(config));
    client.on('error', (err) => log.error({ err }, 'the connection was lost'));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const { message } = databaseError(error, config) as Error;
      if (Date.now() >= end)
        throw new ProgramError(`database-bootstrap waited ${Math.round(limitMs / 1000)} s for Postgres: ${message}`);
      if (message !== last) log.warn(`waiting for Postgres: ${message}`);
      last = message;
    }
  }
}
