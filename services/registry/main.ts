import { Kysely, PostgresDialect } from 'kysely';
import { readConfig } from '../kit/config';
import { listen } from '../kit/http';
import { createLog } from '../kit/log';
import { startMigrations } from '../kit/migrations';
import { S3ObjectStore } from '../kit/object-store-s3';
import { checkDatabase, databaseError, openPool } from '../kit/postgres';
import { closeOnSignal, run } from '../kit/process';
import { buildApp } from './app';
import { registryContract } from './contract';
import { PostgresExperiments } from './experiments/postgres';
import { migrations } from './migrations';
import { PostgresRuns } from './runs/postgres';
import type { Tables } from './tables';

run(async () => {
  const { LOG_LEVEL, MAX_UPLOAD_MIB, artifacts: bucket, database } = readConfig(registryContract, process.env);
  const log = createLog(registryContract.name, LOG_LEVEL);
  const pool = openPool(database, log, { statement_timeout: 30_000 });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const schema = startMigrations({ database, migrations, log });
  const artifacts = new S3ObjectStore(bucket);
  const experiments = new PostgresExperiments(db);
  const app = buildApp({
    log,
    experiments,
    runs: new PostgresRuns(db, experiments),
    artifacts,
    maxUploadMib: MAX_UPLOAD_MIB,
    checks: { database: () => checkDatabase(pool, database), schema: schema.check, artifacts: artifacts.check },
    explain: (error) => databaseError(error, database),
  });
  closeOnSignal(log, async () => {
    await app.close();
    artifacts.close();
    await Promise.all([schema.stop(), db.destroy()]);
  });
  await listen(app, registryContract.port);
});
