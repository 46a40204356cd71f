import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { startPostgres } from '../harness/postgres';
import { eventually } from '../harness/processes';
import { startBucketStub } from '../services/support/bucket-stub';
import { registryEnvironment } from '../services/support/environment';
import { startReceiver } from '../services/support/receiver';
import { bundleServices, type Service, startService } from '../services/support/service';

const mlflow = '/api/2.0/mlflow';
const secret = 'hush-secret-of-the-webhook';
const key = 'hush-key-that-seals-them-all-0123456789';
const wait = 30_000;

// a lease of 20 s must run out before the next process may deliver: too long for npm test
test('what a killed process had under way is delivered by the next one', async () => {
  const [postgres, receiver] = await Promise.all([startPostgres(), startReceiver()]);
  const database = await postgres.createDatabase('registry');
  const folder = temporaryFolder('webhooks');
  const [bundle, bucket] = [bundleServices(), await startBucketStub()];
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, key);
  const env = {
    ...registryEnvironment(database, bucket.url),
    WEBHOOKS_TARGETS: 'any',
    WEBHOOKS_ENCRYPTION_KEY_FILE: keyFile,
  };
  const started: Service[] = [];
  const start = async () => {
    const service = await startService(bundle, 'registry', env);
    started.push(service);
    return service;
  };
  try {
    const first = await start();
    const url = `${receiver.url}/hook`;
    const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }];
    await eventually(async () => {
      const made = await first.post(`${mlflow}/webhooks`, { name: 'test', url, events, secret });
      expect(made.status).toBe(200);
    }, wait);
    // It has arrived, but the process never learns of it.
    receiver.answer = () => {};
    await first.post(`${mlflow}/registered-models/create`, { name: 'm' });
    await eventually(async () => expect(receiver.received).toHaveLength(1), wait);
    await first.stop('SIGKILL');
    receiver.answer = (_, response) => response.writeHead(200).end();
    const second = await start();
    await eventually(async () => expect(receiver.received).toHaveLength(2), 60_000);
    const [a, b] = receiver.received;
    expect(b?.headers['x-mlflow-delivery-id']).toBe(a?.headers['x-mlflow-delivery-id']);
    expect(b?.headers['x-mlflow-signature']).toMatch(/^v1,/);
    await eventually(
      async () => expect(await postgres.sql('select from webhook_deliveries', 'registry')).toEqual([]),
      wait,
    );
    expect(await second.stop()).toBe(0);
    expect(second.output()).not.toContain('hush');
    expect(first.output() + second.output()).not.toContain('webhooks wait');
  } finally {
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    bucket.stop();
    await receiver.stop();
    await postgres.stop();
  }
}, 150_000);
