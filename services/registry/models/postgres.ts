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
    loggedModel: async (id) => {
      const { rows } = await sql<{ artifact_uri: string; source_run_id: string }>`
        select artifact_uri, source_run_id from logged_models
        where model_id = ${id} and lifecycle_stage = 'active'`.execute(db);
      const [row] = rows;
      return row && { artifactUri: row.artifact_uri, runId: row.source_run_id || undefined };
    },
  },
});
