import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../services/kit/database';
import { migrate } from '../../../services/kit/migrations';
import { FileObjectStore } from '../../../services/kit/object-store-files';
import type { PostgresConfig } from '../../../services/kit/postgres';
import { buildApp } from '../../../services/registry/app';
import { migrations } from '../../../services/registry/migrations';
import { postgresStores } from '../../../services/registry/stores';
import type { Tables } from '../../../services/registry/tables';
import { isPublic, publicLookup } from '../../../services/registry/webhooks/addresses';
import { Courier } from '../../../services/registry/webhooks/courier';
import { Seal } from '../../../services/registry/webhooks/seal';
import { sendingOf } from '../../../services/registry/webhooks/webhooks';
import { temporaryFolder } from '../../harness/folder';
import { startPostgres, type TestPostgres } from '../../harness/postgres';
import { eventually } from '../../harness/processes';
import { readableLog } from '../support/log-lines';
import { type Receiver, startReceiver } from '../support/receiver';
import { errorOf } from '../support/registry';
import { type Answer, type Served, serve } from '../support/serve';

const mlflow = '/api/2.0/mlflow';
const secret = 'hush-secret-of-the-webhook';
const key = 'hush-key-that-seals-them-all-0123456789';
const folder = temporaryFolder('webhooks');
const { log, lines } = readableLog();
const wait = 30_000;

let postgres: TestPostgres;
let database: PostgresConfig;
let receiver: Receiver;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [postgres, receiver] = await Promise.all([startPostgres(), startReceiver()]);
  database = await postgres.createDatabase('registry');
  await migrate({ database, migrations, log });
}, 60_000);

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await rows('delete from webhooks; delete from registered_models');
  receiver.received.length = 0;
  receiver.answer = (_, response) => response.writeHead(200).end('thanks');
});

afterAll(async () => {
  await receiver?.stop();
  await postgres?.stop();
});

const rows = (statement: string) => postgres.sql(statement, 'registry');

interface Replica extends Served {
  call(method: string, path: string, body?: object): Promise<Answer>;
  /** A webhook for these events; returns its id. */
  subscribe(events: string[], fields?: object): Promise<string>;
  stop(): Promise<unknown>;
}

/** A registry with a courier of its own. */
async function startReplica(targets: 'off' | 'public' | 'any' = 'any', { courier = true } = {}): Promise<Replica> {
  const opened = openDatabase<Tables>(database, log);
  const stores = postgresStores(opened.db);
  const sending = sendingOf({ targets, caCertificate: undefined, encryptionKey: () => key });
  const running =
    courier && sending
      ? new Courier({ queue: stores.deliveries, sender: sending.sender, ready: async () => {}, log })
      : undefined;
  const app = buildApp({
    ...stores,
    log,
    artifacts: new FileObjectStore(folder),
    maxUploadMib: 1,
    sending,
    checks: {},
  });
  let stopped: Promise<unknown> | undefined;
  const stop = () => {
    stopped ??= Promise.all([app.close(), running?.stop()]).then(() => opened.close());
    return stopped;
  };
  closing.push(stop);
  const served = await serve(app);
  const call = (method: string, path: string, body?: object) =>
    served.send(method, mlflow + path, {
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  const subscribe = async (events: string[], fields: object = {}) => {
    const made = await call('POST', '/webhooks', {
      name: 'test',
      url: `${receiver.url}/hook`,
      events: events.map(asEvent),
      ...fields,
    });
    expect(made.body).toContain('webhook_id');
    return made.json.webhook.webhook_id as string;
  };
  return { ...served, call, subscribe, stop };
}

const asEvent = (event: string) => {
  const [entity = '', action = ''] = event.toUpperCase().split('.');
  return { entity, action };
};
const told = () => receiver.received.map(({ json }) => [`${json.entity}.${json.action}`, json.data]);
const arrived = (count: number) => eventually(async () => expect(receiver.received).toHaveLength(count), wait);
const all = [
  'registered_model.created',
  'model_version.created',
  'model_version_tag.set',
  'model_version_tag.deleted',
  'model_version_alias.created',
  'model_version_alias.deleted',
];
const prompts = [
  'prompt.created',
  'prompt_version.created',
  'prompt_tag.set',
  'prompt_tag.deleted',
  'prompt_version_tag.set',
  'prompt_version_tag.deleted',
  'prompt_alias.created',
  'prompt_alias.deleted',
];

test('tells of models, versions, tags and aliases, in the order of the changes, signed as MLflow signs', async () => {
  const registry = await startReplica();
  await registry.subscribe(all, { secret });
  const tags = [
    { key: 'team', value: 'search' },
    { key: 'a', value: '1' },
  ];
  await registry.call('POST', '/registered-models/create', { name: 'churn', description: 'leavers', tags });
  await registry.call('POST', '/registered-models/set-tag', { name: 'churn', key: 'silent', value: '1' });
  await registry.call('POST', '/model-versions/create', {
    name: 'churn',
    source: 's3://b/m',
    tags,
    description: 'first',
  });
  await registry.call('POST', '/model-versions/set-tag', { name: 'churn', version: '1', key: 'team', value: 'ads' });
  await registry.call('POST', '/registered-models/alias', { name: 'churn', alias: 'champion', version: '1' });
  await registry.call('POST', '/registered-models/alias', { name: 'churn', alias: 'champion', version: '9' });
  await registry.call('DELETE', '/model-versions/delete-tag', { name: 'churn', version: '1', key: 'a' });
  await registry.call('DELETE', '/registered-models/alias', { name: 'churn', alias: 'champion' });
  await registry.call('POST', '/registered-models/rename', { name: 'churn', new_name: 'leavers' });
  await registry.call('DELETE', '/registered-models/delete', { name: 'leavers' });
  await arrived(6);
  const version = { name: 'churn', version: '1' };
  expect(told()).toEqual([
    ['registered_model.created', { name: 'churn', tags: { a: '1', team: 'search' }, description: 'leavers' }],
    [
      'model_version.created',
      { ...version, source: 's3://b/m', run_id: null, tags: { a: '1', team: 'search' }, description: 'first' },
    ],
    ['model_version_tag.set', { ...version, key: 'team', value: 'ads' }],
    ['model_version_alias.created', { name: 'churn', alias: 'champion', version: '1' }],
    ['model_version_tag.deleted', { ...version, key: 'a' }],
    ['model_version_alias.deleted', { name: 'churn', alias: 'champion' }],
  ]);
  for (const { headers, body, json, path } of receiver.received) {
    const [id, time] = [headers['x-mlflow-delivery-id'], headers['x-mlflow-timestamp']];
    const digest = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64');
    expect([headers['x-mlflow-signature'], headers['content-type'], path]).toEqual([
      `v1,${digest}`,
      'application/json',
      '/hook',
    ]);
    expect(Math.abs(Number(time) * 1000 - Date.now())).toBeLessThan(60_000);
    expect(Date.parse(json.timestamp)).toBeGreaterThan(Date.now() - 60_000);
  }
  await eventually(async () => expect(await rows('select from webhook_deliveries')).toEqual([]), wait);
}, 60_000);

test('tells of prompts as prompts', async () => {
  const registry = await startReplica();
  await registry.subscribe([...prompts, ...all]);
  const tags = [
    { key: 'mlflow.prompt.is_prompt', value: 'true' },
    { key: '_mlflow_prompt_type', value: 'text' },
  ];
  const text = { key: 'mlflow.prompt.text', value: 'Hello {{name}}' };
  await registry.call('POST', '/registered-models/create', { name: 'hello', tags });
  await registry.call('POST', '/registered-models/set-tag', { name: 'hello', key: 'k', value: 'v' });
  await registry.call('DELETE', '/registered-models/delete-tag', { name: 'hello', key: 'k' });
  const version = { name: 'hello', version: '1' };
  await registry.call('POST', '/model-versions/create', {
    name: 'hello',
    source: 'dummy-source',
    tags: [...tags, text, { key: 'k', value: 'v' }],
  });
  await registry.call('POST', '/model-versions/set-tag', { ...version, key: 'x', value: 'y' });
  await registry.call('DELETE', '/model-versions/delete-tag', { ...version, key: 'x' });
  await registry.call('POST', '/registered-models/alias', { ...version, alias: 'prod' });
  await registry.call('DELETE', '/registered-models/alias', { name: 'hello', alias: 'prod' });
  await arrived(8);
  expect(told()).toEqual([
    ['prompt.created', { name: 'hello', tags: {}, description: '' }],
    ['prompt_tag.set', { name: 'hello', key: 'k', value: 'v' }],
    ['prompt_tag.deleted', { name: 'hello', key: 'k' }],
    ['prompt_version.created', { ...version, template: text.value, tags: { k: 'v' }, description: null }],
    ['prompt_version_tag.set', { ...version, key: 'x', value: 'y' }],
    ['prompt_version_tag.deleted', { ...version, key: 'x' }],
    ['prompt_alias.created', { ...version, alias: 'prod' }],
    ['prompt_alias.deleted', { name: 'hello', alias: 'prod' }],
  ]);
}, 60_000);

test('makes, lists, changes, tries and deletes webhooks; a secret is never shown, logged, or kept in clear', async () => {
  const registry = await startReplica();
  const id = await registry.subscribe(['model_version.created'], { secret, description: 'to the pipeline' });
  const path = `/webhooks/${id}`;
  const expected = {
    webhook_id: id,
    name: 'test',
    description: 'to the pipeline',
    url: `${receiver.url}/hook`,
    events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }],
    status: 'ACTIVE',
    creation_timestamp: expect.any(Number),
    last_updated_timestamp: expect.any(Number),
  };
  expect((await registry.call('GET', path)).json.webhook).toEqual(expected);
  expect((await registry.call('GET', '/webhooks')).json.webhooks).toEqual([expected]);
  const tried = await registry.call('POST', `${path}/test`, { event: asEvent('model_version_alias.created') });
  expect(tried.json.result).toEqual({ success: true, response_status: 200, response_body: 'thanks' });
  expect(receiver.received[0]?.headers['x-mlflow-signature']).toMatch(/^v1,/);
  receiver.answer = (_, response) => response.writeHead(404).end('x'.repeat(5000));
  const refused = (await registry.call('POST', `${path}/test`)).json.result;
  expect([refused.success, refused.response_status, refused.response_body.length]).toEqual([false, 404, 1000]);
  expect(receiver.received[1]?.json).toMatchObject({ entity: 'model_version', data: { name: 'example_model' } });

  const changed = { name: 'other', events: [asEvent('prompt.created')], status: 'DISABLED', description: '' };
  expect((await registry.call('PATCH', path, changed)).json.webhook).toMatchObject({
    name: 'other',
    events: changed.events,
    status: 'DISABLED',
    url: `${receiver.url}/hook`,
  });
  const kept = (await rows("select encode(secret, 'escape') as secret from webhooks"))[0]?.secret as string;
  for (const text of [kept, lines.join('\n'), (await registry.call('GET', path)).body])
    expect(text).not.toContain('hush');
  expect((await registry.call('DELETE', path)).json).toEqual({});
  for (const method of ['GET', 'DELETE'])
    expect(errorOf(await registry.call(method, path))).toEqual([
      404,
      'RESOURCE_DOES_NOT_EXIST',
      `Webhook with ID ${id} not found.`,
    ]);
  expect((await registry.call('GET', '/webhooks/no-uuid')).status).toBe(404);
}, 60_000);

test('pages through webhooks, the newest first', async () => {
  const registry = await startReplica();
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    ids.unshift(await registry.subscribe(['prompt.created'], { name }));
    await sleep(2);
  }
  const first = (await registry.call('GET', '/webhooks?max_results=2')).json;
  const rest = (await registry.call('GET', `/webhooks?max_results=2&page_token=${first.next_page_token}`)).json;
  const idsOf = ({ webhooks }: { webhooks: { webhook_id: string }[] }) => webhooks.map((one) => one.webhook_id);
  expect([idsOf(first), idsOf(rest), rest.next_page_token]).toEqual([ids.slice(0, 2), ids.slice(2), undefined]);
});

test.each([
  ['a name with a space', { name: 'a b' }, /^Webhook name 'a b' is invalid\. It must start and end with/],
  ['no name', { name: '' }, /^Missing value for required parameter 'name'/],
  ['no events', { events: [] }, /^Webhook events must be a non-empty list of WebhookEvent objects: \[\]\.$/],
  [
    'an action that its entity has not',
    { events: [asEvent('model_version.set')] },
    /^Invalid action 'set' for entity 'model_version'\. Valid actions are: \['created'\]$/,
  ],
  [
    'an unknown entity',
    { events: [{ entity: 'RUN', action: 'CREATED' }] },
    /'events\[0\]\.entity' supplied: expected one of/,
  ],
  ['http', { url: 'http://example.com' }, /^Invalid webhook URL scheme: 'http'\. Allowed schemes are: https\.$/],
  ['no URL', { url: 'example' }, /^Invalid webhook URL 'example'$/],
  ['a password in it', { url: 'https://a:b@example.com' }, /^Webhook URL must not hold a password/],
  [
    'this machine',
    { url: 'https://localhost/x' },
    /^Webhook URL must not resolve to a non-public IP address\. localhost is at (127\.0\.0\.1|::1), which is no public address\.$/,
  ],
  [
    'the metadata of a cloud',
    { url: 'https://169.254.169.254/latest' },
    /169\.254\.169\.254, which is no public address/,
  ],
  ['a number', { url: 'https://2130706433/' }, /127\.0\.0\.1, which is no public address/],
  ['IPv6 around IPv4', { url: 'https://[::ffff:10.0.0.1]/' }, /which is no public address/],
  [
    'nowhere',
    { url: 'https://no-such-host.invalid/' },
    /^Cannot resolve Webhook URL hostname 'no-such-host\.invalid': /,
  ],
])('refuses a webhook with %s', async (_, fields, message) => {
  const registry = await startReplica('public', { courier: false });
  const good = { name: 'test', url: 'https://example.invalid', events: [asEvent('prompt.created')] };
  const answer = await registry.call('POST', '/webhooks', { ...good, ...fields });
  expect(errorOf(answer)).toEqual([400, 'INVALID_PARAMETER_VALUE', expect.stringMatching(message)]);
});

test('sends nothing inside of networks, whatever the name said when the webhook was made', async () => {
  const registry = await startReplica('public', { courier: false });
  const insert = (url: string) =>
    rows(
      `insert into webhooks values (gen_random_uuid(), 'x', null, '${url}', '{prompt.created}', 'ACTIVE', null, 1, 1) returning webhook_id`,
    );
  for (const url of [`${receiver.url}/a`, 'https://localhost/b', 'https://10.0.0.1/c']) {
    const [{ webhook_id } = {}] = await insert(url);
    const { result } = (await registry.call('POST', `/webhooks/${webhook_id}/test`, {})).json;
    expect(result).toMatchObject({
      success: false,
      error_message: expect.stringMatching(/not allowed|no public address/),
    });
  }
  expect(receiver.received).toEqual([]);
  const addresses = ['8.8.8.8', '2606:4700::1111', '10.1.2.3', '172.31.0.1', '172.32.0.1', '100.64.0.1', '::1', '::', 'fd00::1',
    'fe80::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '0.0.0.0', '255.255.255.255']; // biome-ignore format: a table
  expect(addresses.filter(isPublic)).toEqual(['8.8.8.8', '2606:4700::1111', '172.32.0.1']);
  const looked = await new Promise((resolve) => publicLookup('localhost', {}, (error) => resolve(error?.message)));
  expect(looked).toMatch(/^localhost is at (127\.0\.0\.1|::1), which is no public address$/);
});

test('is off unless the configuration says so', async () => {
  const registry = await startReplica('off');
  const answer = await registry.call('POST', '/webhooks', {
    name: 'a',
    url: 'https://a.example',
    events: [asEvent('prompt.created')],
  });
  expect(errorOf(answer)).toEqual([
    400,
    'INVALID_PARAMETER_VALUE',
    'This registry sends no webhooks: set WEBHOOKS_TARGETS (webhooks in the construct) to turn them on',
  ]);
  expect((await registry.call('GET', '/webhooks')).json.webhooks).toEqual([]);
  expect(() => sendingOf({ targets: 'any', caCertificate: undefined })).toThrow(
    /^WEBHOOKS_TARGETS is set, but there is no key/,
  );
});

test('tries again later, keeps the order of a model while it waits, and lets other models pass', async () => {
  const registry = await startReplica();
  const id = await registry.subscribe(['registered_model.created', 'model_version.created']);
  let refusals = 1;
  receiver.answer = ({ json }, response) => {
    const refuse = json.data.name === 'slow' && refusals-- > 0;
    response.writeHead(refuse ? 503 : 200).end();
  };
  await registry.call('POST', '/registered-models/create', { name: 'slow' });
  await registry.call('POST', '/model-versions/create', { name: 'slow', source: 's3://b/m' });
  await registry.call('POST', '/registered-models/create', { name: 'quick' });
  await arrived(2);
  const deliveries = async () => (await registry.get(`/api/v1/webhooks/${id}/deliveries`)).json.deliveries;
  await eventually(
    async () =>
      expect((await deliveries())[0]).toMatchObject({
        event: 'registered_model.created',
        data: { name: 'slow' },
        state: 'waiting',
        attempts: 1,
        problem: 'the receiver answered with 503',
      }),
    wait,
  );
  await arrived(4);
  const names = receiver.received.map(({ json }) => `${json.data.name} ${json.entity}`);
  expect(names.toSorted().slice(0, 1)).toEqual(['quick registered_model']);
  expect(names.filter((name) => name.startsWith('slow'))).toEqual([
    'slow registered_model',
    'slow registered_model',
    'slow model_version',
  ]);
  const [first, second] = receiver.received.filter(({ json }) => json.data.name === 'slow');
  expect(second?.headers['x-mlflow-delivery-id']).toBe(first?.headers['x-mlflow-delivery-id']);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(3900);
}, 60_000);

test('gives up after twelve attempts, says why, goes on with the next, and tries again on request', async () => {
  const registry = await startReplica();
  const id = await registry.subscribe(['registered_model.created', 'model_version.created']);
  let refuse = true;
  receiver.answer = ({ json }, response) =>
    response.writeHead(refuse && json.entity === 'registered_model' ? 302 : 200, { location: '/elsewhere' }).end();
  await rows(
    'create function hasten() returns trigger language plpgsql as $$ begin new.due_at := 0; return new; end $$',
  );
  await rows('create trigger hasten before update on webhook_deliveries for each row execute function hasten()');
  try {
    await registry.call('POST', '/registered-models/create', { name: 'm' });
    await registry.call('POST', '/model-versions/create', { name: 'm', source: 's3://b/m' });
    await arrived(13);
    await eventually(async () => {
      const { deliveries } = (await registry.get(`/api/v1/webhooks/${id}/deliveries`)).json;
      expect(deliveries).toEqual([
        expect.objectContaining({ state: 'dead', attempts: 12, problem: 'the receiver answered with 302' }),
      ]);
    }, wait);
    expect(receiver.received.at(-1)?.json.entity).toBe('model_version');
    expect(lines.join('\n')).toContain('"delivery given up"');
    refuse = false;
    expect((await registry.post(`/api/v1/webhooks/${id}/deliveries/retry`)).json).toEqual({ retried: 1 });
    await arrived(14);
    await eventually(async () => expect(await rows('select from webhook_deliveries')).toEqual([]), wait);
  } finally {
    await rows('drop function hasten cascade');
  }
}, 60_000);

test('replicas deliver each event once', async () => {
  const replicas = await Promise.all([startReplica(), startReplica(), startReplica()]);
  await replicas[0]?.subscribe(['registered_model.created']);
  receiver.answer = (_, response) => setTimeout(() => response.writeHead(204).end(), 20);
  const names = Array.from({ length: 60 }, (_, i) => `model-${i}`);
  await Promise.all(names.map((name, i) => replicas[i % 3]?.call('POST', '/registered-models/create', { name })));
  await arrived(60);
  await sleep(1500);
  expect(receiver.received.map(({ json }) => json.data.name).toSorted()).toEqual(names.toSorted());
}, 60_000);

test('nothing is sent of a change that was undone, nor to a webhook that is disabled', async () => {
  const registry = await startReplica('any', { courier: false });
  const id = await registry.subscribe(['registered_model.created']);
  await rows(
    "begin; insert into registered_models (name, creation_time, last_updated_time) values ('x', 1, 1); rollback",
  );
  expect(await rows('select from webhook_deliveries')).toEqual([]);
  await registry.call('PATCH', `/webhooks/${id}`, { status: 'DISABLED' });
  await registry.call('POST', '/registered-models/create', { name: 'quiet' });
  expect(await rows('select from webhook_deliveries')).toEqual([]);
  await registry.call('PATCH', `/webhooks/${id}`, { status: 'ACTIVE' });
  await registry.call('POST', '/registered-models/create', { name: 'loud' });
  expect(await rows('select from webhook_deliveries')).toHaveLength(1);
});

test('a key that is changed opens what the old one sealed, while both are there', () => {
  let file = 'first key';
  const seal = new Seal(() => file);
  const sealed = seal.close('secret', 'a');
  file = 'second key\nfirst key\n';
  expect(seal.open(sealed, 'a')).toBe('secret');
  expect(seal.open(seal.close('other', 'b'), 'b')).toBe('other');
  expect(seal.open(sealed, 'b')).toBeUndefined();
  file = 'second key';
  expect(seal.open(sealed, 'a')).toBeUndefined();
});
