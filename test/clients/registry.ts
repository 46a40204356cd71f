import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../services/kit/database';
import { createLog } from '../../services/kit/log';
import { migrate } from '../../services/kit/migrations';
import { FileObjectStore } from '../../services/kit/object-store-files';
import type { PostgresConfig } from '../../services/kit/postgres';
import { buildApp } from '../../services/registry/app';
import { migrations } from '../../services/registry/migrations';
import { postgresStores } from '../../services/registry/stores';
import type { Tables } from '../../services/registry/tables';
import { Courier } from '../../services/registry/webhooks/courier';
import { sendingOf } from '../../services/registry/webhooks/webhooks';
import { eventually } from '../harness/processes';
import { startS3 } from '../harness/s3';
import { registryEnvironment } from '../services/support/environment';
import { bundleServices, startService } from '../services/support/service';

const webhookKey = 'seals the secrets of webhooks here';

/** A registry that clients can be pointed at. */
export interface RunningRegistry {
  readonly url: string;
  /** What it has logged. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** The registry as its image has it, with a real S3 server. */
export async function startBundled(database: PostgresConfig): Promise<RunningRegistry> {
  const s3 = await startS3();
  const bundle = bundleServices();
  const registry = await startService(bundle, 'registry', {
    ...registryEnvironment(database, s3.config),
    MAX_UPLOAD_MIB: '1024',
    DIRECT_ARTIFACTS: 'true',
    WEBHOOKS_TARGETS: 'any',
    WEBHOOKS_ENCRYPTION_KEY: webhookKey,
  });
  await eventually(async () => {
    const ready = await registry.get('/readyz');
    if (ready.status !== 200) throw new Error(`the registry is not ready: ${ready.body}`);
  });
  const stop = async () => {
    await registry.stop();
    await s3.stop();
  };
  return { url: registry.url, output: registry.output, stop };
}

/** The same registry in this process, with files for artifacts, where no S3 server is installed. */
export async function startWithFiles(database: PostgresConfig): Promise<RunningRegistry> {
  let output = '';
  const log = createLog('registry', 'info', { write: (line) => (output += line) });
  const folder = mkdtempSync(join(tmpdir(), 'mlops-artifacts-'));
  await migrate({ database, migrations, log });
  const opened = openDatabase<Tables>(database, log);
  const artifacts = new FileObjectStore(folder);
  const stores = postgresStores(opened.db);
  const sending = sendingOf({ targets: 'any', caCertificate: undefined, encryptionKey: () => webhookKey });
  const courier =
    sending && new Courier({ queue: stores.deliveries, sender: sending.sender, ready: async () => {}, log });
  const app = buildApp({ ...stores, log, artifacts, maxUploadMib: 1024, sending, checks: {} });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = async () => {
    await Promise.all([app.close(), courier?.stop()]);
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, output: () => output, stop };
}
