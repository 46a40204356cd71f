import { readConfig } from '../kit/config';
import { openDatabase } from '../kit/database';
import { endKeepAlive, listen } from '../kit/listening';
import { createLog } from '../kit/log';
import { startMigrations } from '../kit/migrations';
import { S3ObjectStore } from '../kit/object-store-s3';
import { closeOnSignal, run } from '../kit/process';
import { buildApp } from './app';
import { authOf } from './auth/auth';
import { registryContract } from './contract';
import { migrations } from './migrations';
import { databaseSettings, postgresStores } from './stores';
import type { Tables } from './tables';
import { Courier } from './webhooks/courier';
import { sendingOf } from './webhooks/webhooks';

run(async () => {
  const config = readConfig(registryContract, process.env);
  const log = createLog(registryContract.name, config.LOG_LEVEL);
  const database = openDatabase<Tables>(config.database, log, databaseSettings);
  const schema = startMigrations({ database: config.database, migrations, log });
  const artifacts = new S3ObjectStore(config.artifacts);
  const stores = postgresStores(database.db);
  const auth = authOf(config.auth, stores.tokens, log);
  const sending = sendingOf(config.webhooks);
  const courier =
    sending && new Courier({ queue: stores.deliveries, sender: sending.sender, ready: schema.check, log });
  const app = buildApp({
    ...stores,
    log,
    artifacts,
    maxUploadMib: config.MAX_UPLOAD_MIB,
    direct: config.DIRECT_ARTIFACTS ? artifacts.direct : undefined,
    authenticator: auth.authenticator,
    sending,
    checks: { database: database.check, schema: schema.check, artifacts: artifacts.check, ...auth.checks },
  });
  const close = async () => {
    await Promise.all([app.close(), courier?.stop()]);
    artifacts.close();
    await Promise.all([schema.stop(), database.close()]);
  };
  closeOnSignal(log, close, () => endKeepAlive(app));
  await listen(app, registryContract.port);
});
