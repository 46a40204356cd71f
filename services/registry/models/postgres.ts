import { sql } from 'kysely';
import { isRunId } from '../runs/id';
import type { Db } from '../tables';
import { PostgresAliases } from './postgres-aliases';
import { PostgresModels } from './postgres-models';
import { PostgresVersions } from './postgres-versions';
import type { ModelRegistry } from './store';

export const postgresModelRegistry = (db: Db): ModelRegistry => ({
  models: new PostgresModels(db),
  versions: new PostgresVersions(db),
  aliases: new PostgresAliases(db),
  sources: {
    runRoot: async (runId) => {
      if (!isRunId(runId)) return undefined;
      const { rows } = await sql<{ artifact_uri: string }>`
        select artifact_uri from runs where run_id = ${runId}`.execute(db);
      return rows[0]?.artifact_uri;
    },
    // Logged models cannot be made here yet, so there are none to find.
    loggedModel: async () => undefined,
  },
});
