import { setTimeout as sleep } from 'node:timers/promises';
import { type Migration, Migrator } from 'kysely';
import { openDatabase } from './database';
import type { Log } from './log';
import type { PostgresConfig } from './postgres';
import type { Check } from './readiness';

export interface MigrationsProps {
  readonly database: PostgresConfig;
  /** By name; names sort in the order in which they run. Never change one that was released: add the next. */
  readonly migrations: Readonly<Record<string, Migration>>;
  readonly log: Log;
}

/** Brings the schema up in the background, until it is there. `check` says why it is not; `stop` ends the attempts. */
export interface Migrations {
  readonly check: Check;
  readonly stop: () => Promise<void>;
}

/**
 * Tries until it succeeds, so that a service may start before its database. Replicas that start at once take turns by an
 * advisory lock; each migration is one transaction. A schema that is newer than this process is left as it is.
 */
export function startMigrations(props: MigrationsProps): Migrations {
  const stopped = new AbortController();
  let problem: string | undefined = 'the schema is not there yet: the first attempt is under way';
  const attempts = (async () => {
    for (let attempt = 1; !stopped.signal.aborted; attempt++) {
      try {
        await migrate(props);
        problem = undefined;
        return;
      } catch (error) {
        const message = (error as Error).message;
        if (message !== problem) props.log.warn({ err: error }, 'the schema cannot be brought up, trying again');
        problem = message;
      }
      await sleep(Math.min(250 * attempt, 2000), undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    check: async () => {
      if (problem !== undefined) throw new Error(problem);
    },
    stop: () => {
      stopped.abort();
      return attempts;
    },
  };
}

/** One attempt. Throws an error whose message says what is wrong. */
export async function migrate({ database, migrations, log }: MigrationsProps): Promise<void> {
  const { db, close } = openDatabase<unknown>(database, log, { max: 2 });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
    if ((await migrator.getMigrations()).every((migration) => migration.executedAt !== undefined)) return;
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    for (const { migrationName } of results ?? []) log.info({ migration: migrationName }, 'migrated');
  } finally {
    await close();
  }
}
