import { readConfig } from '../kit/config';
import { createLog } from '../kit/log';
import { closeOnSignal, run } from '../kit/process';
import { bootstrap } from './bootstrap';
import { connect } from './connect';
import { databaseBootstrapContract } from './contract';
import { readEntries } from './input';

const waitMs = 5 * 60_000;

run(async () => {
  const { LOG_LEVEL, DATABASES, admin } = readConfig(databaseBootstrapContract, process.env);
  const entries = readEntries(DATABASES, admin.user);
  const log = createLog(databaseBootstrapContract.name, LOG_LEVEL);
  closeOnSignal(log, async () => undefined);
  const client = await connect(admin, log, waitMs);
  try {
    await bootstrap(client, entries, log);
  } finally {
    await client.end();
  }
  log.info('done');
  process.exit(0);
});
