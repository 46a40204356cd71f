import { createHmac } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv from 'ajv/dist/2020';
import { exportSPKI } from 'jose';
import { readConfig } from '../../services/kit/config';
import { openDatabase } from '../../services/kit/database';
import { migrate } from '../../services/kit/migrations';
import { FileObjectStore } from '../../services/kit/object-store-files';
import type { PostgresConfig } from '../../services/kit/postgres';
import { buildApp } from '../../services/registry/app';
import { neededRole } from '../../services/registry/auth/access';
import { authOf } from '../../services/registry/auth/auth';
import { auth } from '../../services/registry/contract';
import { migrations } from '../../services/registry/migrations';
import { postgresStores } from '../../services/registry/stores';
import type { Tables } from '../../services/registry/tables';
import { temporaryFolder } from '../harness/folder';
import { startPostgres, type TestPostgres } from '../harness/postgres';
import { IdentityProvider } from './support/identity-provider';
import { readableLog } from './support/log-lines';
import { errorOf } from './support/registry';
import { type Served, serve } from './support/serve';

const mlflow = '/api/2.0/mlflow';
const folder = temporaryFolder('access');
const adminFile = join(folder, 'admin-token');
const adminToken = 'hush-admin-token-of-the-first-hour';
const { log, lines } = readableLog();

let postgres: TestPostgres;
let database: PostgresConfig;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  writeFileSync(adminFile, `${adminToken}\n`);
  postgres = await startPostgres();
  database = await postgres.createDatabase('registry');
  await migrate({ database, migrations, log });
}, 60_000);

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await postgres?.stop();
});

/** A replica with this configuration of who may come in. */
async function startReplica(env: Record<string, string>, on = database): Promise<Served> {
  const contract = { name: 'registry', env: {}, uses: { auth } };
  const config = readConfig(contract, { AUTH_ADMIN_TOKEN_FILE: adminFile, AUTH_MODE: 'required', ...env });
  const opened = openDatabase<Tables>(on, log);
  const stores = postgresStores(opened.db);
  const { authenticator, checks } = authOf(config.auth, stores.tokens, log);
  const app = buildApp({
    ...stores,
    log,
    artifacts: new FileObjectStore(folder),
    maxUploadMib: 1,
    authenticator,
    checks,
  });
  closing.push(async () => {
    await app.close();
    await opened.close();
  });
  return serve(app);
}

interface Caller {
  get(path: string): ReturnType<Served['get']>;
  send(method: string, path: string, body?: unknown): ReturnType<Served['get']>;
}

const as = (replica: Served, token: string): Caller => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = (method: string, path: string, body: unknown = {}) =>
    replica.send(method, path, { headers, ...(method !== 'GET' && { body: JSON.stringify(body) }) });
  return { send, get: (path) => send('GET', path) };
};

async function newToken(replica: Served, fields: object): Promise<{ id: string; secret: string }> {
  const { status, json } = await as(replica, adminToken).send('POST', '/api/v1/tokens', { name: 'test', ...fields });
  expect(status).toBe(200);
  return json.token;
}

describe('tokens', () => {
  let replica: Served;
  let other: Served;
  beforeAll(async () => {
    [replica, other] = await Promise.all([startReplica({}), startReplica({})]);
  });

  test('are asked for everywhere but by probes and scrapers', async () => {
    for (const path of ['/livez', '/readyz', '/metrics', '/health']) expect((await replica.get(path)).status).toBe(200);
    for (const path of [`${mlflow}/experiments/get?experiment_id=0`, '/version', '/nowhere', '/api/v1/tokens']) {
      const answer = await replica.get(path);
      expect([...errorOf(answer), answer.headers.get('www-authenticate')]).toEqual([
        401,
        'UNAUTHENTICATED',
        'You are not authenticated: set MLFLOW_TRACKING_TOKEN, or send the header Authorization: Bearer <token>',
        'Bearer realm="registry"',
      ]);
    }
  });

  test.each([
    ['of nobody', `Bearer mlops_${'x'.repeat(43)}`],
    ['that is half of one', `Bearer ${adminToken.slice(0, -1)}`],
    ['with more behind it', `Bearer ${adminToken}x`],
    ['that is empty', 'Bearer '],
    ['of another scheme', `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}`],
    ['that looks signed', 'Bearer a.b.c'],
    ['of the wrong bytes', 'Bearer \u00ff\u00ff'],
  ])('refuses one %s', async (_, authorization) => {
    const answer = await replica.send('GET', `${mlflow}/experiments/get?experiment_id=0`, {
      headers: { authorization },
    });
    expect([answer.status, answer.json.error_code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('let in by their role', async () => {
    const rights = async (role: string) => {
      const caller = as(replica, (await newToken(replica, { role })).secret);
      const answers = await Promise.all([
        caller.get(`${mlflow}/experiments/get?experiment_id=0`),
        caller.send('POST', `${mlflow}/runs/search`, { experiment_ids: ['0'] }),
        caller.send('POST', `${mlflow}/experiments/create`, { name: `by-${role}` }),
        caller.send('DELETE', '/api/2.0/mlflow-artifacts/artifacts/x'),
        caller.get('/api/v1/tokens'),
      ]);
      return answers.map(({ status }) => status);
    };
    expect(await rights('read')).toEqual([200, 200, 403, 403, 403]);
    expect(await rights('write')).toEqual([200, 200, 200, 200, 403]);
    expect(await rights('admin')).toEqual([200, 200, 200, 200, 200]);
    const reader = as(replica, (await newToken(replica, { role: 'read' })).secret);
    expect(errorOf(await reader.send('POST', `${mlflow}/experiments/create`, { name: 'x' }))).toEqual([
      403,
      'PERMISSION_DENIED',
      "Permission denied: this needs the role 'write', the token has 'read'",
    ]);
  });

  test('need a role for each route of the registry, more rather than less', () => {
    const routes = {
      'GET /api/2.0/mlflow/runs/get': 'read',
      'POST /ajax-api/2.0/mlflow/logged-models/search': 'read',
      'POST /api/2.0/mlflow/registered-models/get-latest-versions': 'read',
      'POST /api/2.0/mlflow/logged-models': 'write',
      'POST /api/2.0/mlflow/never-heard-of': 'write',
      'PUT /api/2.0/mlflow-artifacts/artifacts/*': 'write',
      'GET /ajax-api/2.0/mlflow/webhooks': 'admin',
      'GET /api/2.0/mlflow/webhooks/:id': 'admin',
      'DELETE /api/v1/tokens/:id': 'admin',
      'GET /api/v1/lineage/models/:name/versions/:version': 'read',
    };
    const needed = Object.keys(routes).map((route) => [route, neededRole(...(route.split(' ') as [string, string]))]);
    expect(Object.fromEntries(needed)).toEqual(routes);
  });

  test('that are for some models see and change no others', async () => {
    const admin = as(replica, adminToken);
    for (const name of ['churn', 'churn-eu', 'fraud', 'fraud-old'])
      await admin.send('POST', `${mlflow}/registered-models/create`, { name });
    for (const name of ['churn', 'fraud'])
      await admin.send('POST', `${mlflow}/model-versions/create`, { name, source: 's3://bucket/model' });
    const { secret } = await newToken(replica, { role: 'write', models: ['churn*', 'fraud-old'] });
    const caller = as(replica, secret);
    const statuses = async (method: string, path: string, bodies: object[]) =>
      Promise.all(bodies.map(async (body) => (await caller.send(method, mlflow + path, body)).status));

    expect(await caller.get(`${mlflow}/registered-models/get?name=churn`)).toMatchObject({ status: 200 });
    expect(errorOf(await caller.get(`${mlflow}/registered-models/get?name=fraud`))).toEqual([
      403,
      'PERMISSION_DENIED',
      "Permission denied: the token is for the models churn*, fraud-old, not for 'fraud'",
    ]);
    expect(await statuses('POST', '/registered-models/create', [{ name: 'churn-us' }, { name: 'other' }])).toEqual([
      200, 403,
    ]);
    const alias = (name: string) => ({ name, alias: 'champion', version: '1' });
    expect(await statuses('POST', '/registered-models/alias', [alias('churn'), alias('fraud')])).toEqual([200, 403]);
    expect(await statuses('DELETE', '/model-versions/delete', [{ name: 'fraud', version: '1' }])).toEqual([403]);
    expect(await statuses('POST', '/registered-models/rename', [{ name: 'churn-us', new_name: 'fraud-new' }])).toEqual([
      403,
    ]);
    const copies = ['models:/churn/1', 'models:/fraud/1', 'MODELS:/fraud@champion'].map((source) => ({
      name: 'churn-eu',
      source,
    }));
    expect(await statuses('POST', '/model-versions/create', copies)).toEqual([200, 403, 403]);
    expect((await caller.send('POST', `${mlflow}/experiments/create`, { name: 'of churn' })).status).toBe(200);

    const names = async (path: string, key: string) =>
      (await caller.get(path)).json[key].map(({ name }: { name: string }) => name).toSorted();
    expect(await names(`${mlflow}/registered-models/search`, 'registered_models')).toEqual([
      'churn',
      'churn-eu',
      'churn-us',
      'fraud-old',
    ]);
    expect(await names('/ajax-api/2.0/mlflow/model-versions/search', 'model_versions')).toEqual(['churn', 'churn-eu']);
    expect(await names('/api/v1/inventory/models', 'models')).toEqual(['churn']);
    expect((await caller.get('/api/v1/lineage/models/fraud/versions/1')).status).toBe(403);
  });

  test('are kept as digests only, shown once, and never written to the log', async () => {
    const { id, secret } = await newToken(replica, { role: 'write', name: 'of the pipeline' });
    expect(secret).toMatch(/^mlops_[A-Za-z0-9_-]{43}$/);
    expect((await as(replica, secret).get(`${mlflow}/experiments/get?experiment_id=0`)).status).toBe(200);
    const rows = JSON.stringify(await postgres.sql('select * from access_tokens', 'registry'));
    const { body, json } = await as(replica, adminToken).get('/api/v1/tokens');
    const listed = json.tokens.find((token: { id: string }) => token.id === id);
    expect(listed).toEqual({
      id,
      name: 'of the pipeline',
      role: 'write',
      created_by: 'admin token',
      created_at: expect.any(Number),
      last_used_at: expect.any(Number),
    });
    expect(listed.last_used_at - listed.created_at).toBeLessThan(60_000);
    for (const text of [rows, body, lines.join('\n')]) {
      expect(text).not.toContain(secret.slice(6));
      expect(text).not.toContain('hush');
    }
    expect(lines.join('\n')).toContain('"token made"');
  });

  test('end when they are revoked: at once here, within seconds elsewhere', async () => {
    const { id, secret } = await newToken(replica, { role: 'read' });
    const path = `${mlflow}/experiments/get?experiment_id=0`;
    const statuses = async () => [
      (await as(replica, secret).get(path)).status,
      (await as(other, secret).get(path)).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    expect((await as(replica, adminToken).send('DELETE', `/api/v1/tokens/${id}`)).status).toBe(200);
    expect((await as(replica, secret).get(path)).status).toBe(401);
    await sleep(5100);
    expect(await statuses()).toEqual([401, 401]);
    expect(errorOf(await as(replica, adminToken).send('DELETE', `/api/v1/tokens/${id}`))).toEqual([
      404,
      'RESOURCE_DOES_NOT_EXIST',
      `There is no token with the id ${id}`,
    ]);
  }, 20_000);

  test('end at their time', async () => {
    const { secret } = await newToken(replica, { role: 'read', expires_at: Date.now() + 1500 });
    const path = `${mlflow}/experiments/get?experiment_id=0`;
    await sleep(1600);
    expect((await as(replica, secret).get(path)).status).toBe(401);
  });

  test.each([
    ['an unknown role', { role: 'root' }, /^Invalid value for parameter 'role' supplied: /],
    ['no role', {}, /parameter 'role'/],
    [
      'an admin who is restricted',
      { role: 'admin', models: ['a'] },
      /^a token with the role 'admin' cannot be restricted/,
    ],
    ['a pattern in the middle', { role: 'read', models: ['a*b'] }, /'models\[0\]' supplied: expected a name/],
    ['no model at all', { role: 'read', models: [] }, /parameter 'models'/],
    ['an end in the past', { role: 'read', expires_at: 5 }, /^expires_at must lie in the future/],
    ['an empty name', { role: 'read', name: ' ' }, /parameter 'name'/],
  ])('cannot be made with %s', async (_, fields, message) => {
    const answer = await as(replica, adminToken).send('POST', '/api/v1/tokens', { name: 'test', ...fields });
    expect(errorOf(answer)).toEqual([400, 'INVALID_PARAMETER_VALUE', expect.stringMatching(message)]);
  });

  test('of the first admin change with their file, several at a time', async () => {
    const next = 'hush-admin-token-of-the-second-hour';
    const statuses = async () =>
      Promise.all([adminToken, next].map(async (token) => (await as(replica, token).get('/api/v1/tokens')).status));
    writeFileSync(adminFile, `${next}\n${adminToken}\n`);
    expect(await statuses()).toEqual([200, 200]);
    writeFileSync(adminFile, next);
    expect(await statuses()).toEqual([401, 200]);
    writeFileSync(adminFile, 'short');
    expect([...(await statuses()), (await as(replica, 'short').get('/api/v1/tokens')).status]).toEqual([401, 401, 401]);
    expect((await replica.get('/readyz')).json).toEqual({
      status: 'not ready',
      problems: ['auth: the admin token has fewer than 32 characters; make a longer one, of random ones'],
    });
    rmSync(adminFile);
    expect(await statuses()).toEqual([401, 401]);
    expect((await replica.get('/readyz')).json.problems).toEqual([expect.stringMatching(/^auth: ENOENT/)]);
    writeFileSync(adminFile, adminToken);
  });

  test('cannot be checked while Postgres is away: 503, and the admin of the file still comes in', async () => {
    const away = await startReplica({}, { ...database, port: 1 });
    const path = '/version';
    expect((await as(away, `mlops_${'x'.repeat(43)}`).get(path)).status).toBe(503);
    expect((await as(away, adminToken).get(path)).status).toBe(200);
  });
});

describe('an identity provider', () => {
  const path = `${mlflow}/experiments/get?experiment_id=0`;
  const roles = { engineers: 'write', admins: 'admin', auditors: 'read' };
  const now = () => Math.floor(Date.now() / 1000);
  type Key = Awaited<ReturnType<IdentityProvider['newKey']>>;
  let provider: IdentityProvider;
  let key: Key;

  beforeEach(async () => {
    provider = await new IdentityProvider().start();
    key = await provider.newKey('first');
  });
  afterEach(() => provider.stop());

  const trusting = (env: Record<string, string> = {}) =>
    startReplica({
      AUTH_ISSUER: provider.issuer,
      AUTH_AUDIENCE: 'mlops',
      AUTH_ROLES: JSON.stringify(roles),
      ...env,
    });
  const statusOf = async (replica: Served, token: string) => (await as(replica, token).get(path)).status;

  test('gives roles by a claim, the highest of those that somebody has', async () => {
    const replica = await trusting();
    const create = async (claims: object) => {
      const caller = as(replica, await provider.token(key, { ...claims }));
      const made = await caller.send('POST', `${mlflow}/experiments/create`, { name: `by-${JSON.stringify(claims)}` });
      return [made.status, (await caller.get('/api/v1/tokens')).status];
    };
    expect(await create({ groups: ['auditors'] })).toEqual([403, 403]);
    expect(await create({ groups: ['others', 'auditors', 'engineers'] })).toEqual([200, 403]);
    expect(await create({ groups: 'auditors admins' })).toEqual([200, 200]);
    expect(errorOf(await as(replica, await provider.token(key, { groups: ['others'] })).get(path))).toEqual([
      403,
      'PERMISSION_DENIED',
      "Permission denied: no value of the claim 'groups' has a role here; ask an admin of the registry",
    ]);
    const nested = await trusting({ AUTH_ROLES_CLAIM: 'realm_access.roles', AUTH_ROLES: '{"*":"read"}' });
    expect(await statusOf(nested, await provider.token(key, { groups: undefined }))).toBe(200);
    const mapped = await trusting({ AUTH_ROLES_CLAIM: 'realm_access.roles' });
    expect(await statusOf(mapped, await provider.token(key, { realm_access: { roles: ['auditors'] } }))).toBe(200);
    const own = (await newToken(replica, { role: 'read' })).secret;
    expect([await statusOf(replica, own), await statusOf(replica, adminToken)]).toEqual([200, 200]);
  });

  test('is believed only what it signed, for us, and in time', async () => {
    const replica = await trusting();
    const refused = async (token: string) => {
      const answer = await as(replica, token).get(path);
      expect([answer.status, answer.json.error_code]).toEqual([401, 'UNAUTHENTICATED']);
      return answer.json.message as string;
    };
    expect(await statusOf(replica, await provider.token(key))).toBe(200);
    expect(await statusOf(replica, await provider.token(key, { exp: now() - 30, nbf: now() + 30 }))).toBe(200);
    expect(await refused(await provider.token(key, { exp: now() - 90 }))).toContain('"exp"');
    expect(await refused(await provider.token(key, { nbf: now() + 90 }))).toContain('"nbf"');
    expect(await refused(await provider.token(key, { exp: undefined }))).toContain('"exp"');
    expect(await refused(await provider.token(key, { aud: 'grafana' }))).toContain('"aud"');
    expect(await refused(await provider.token(key, { iss: `${provider.issuer}2` }))).toContain('"iss"');

    const stranger = { ...(await provider.newKey('first')) };
    provider.publish(key);
    expect(await refused(await provider.token(stranger))).toContain('signature');

    const [header, payload, signature] = (await provider.token(key)).split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const admin = encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), groups: ['admins'] });
    await refused(`${header}.${admin}.${signature}`);
    expect(await refused(`${encode({ alg: 'none' })}.${payload}.`)).toContain('alg');
    const withSecret = `${encode({ alg: 'HS256', kid: 'first' })}.${payload}`;
    const known = await exportSPKI(key.pair.publicKey);
    expect(
      await refused(`${withSecret}.${createHmac('sha256', known).update(withSecret).digest('base64url')}`),
    ).toContain('not allowed');
  });

  test('may change its keys: a new one is found at once, but invented ones do not make us ask without end', async () => {
    const replica = await trusting();
    const token = await provider.token(key);
    expect(await statusOf(replica, token)).toBe(200);
    expect(provider.asked).toBe(1);
    const elliptic = await provider.newKey('second', 'ES256');
    // The pause after the first request for keys: until then nobody asks again.
    for (const _ of [1, 2, 3, 4, 5]) expect(await statusOf(replica, await provider.token(elliptic))).toBe(401);
    expect(provider.asked).toBe(1);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + performance.now() + 31_000);
    try {
      expect(await statusOf(replica, await provider.token(elliptic))).toBe(200);
    } finally {
      clock.mockRestore();
    }
    expect(provider.asked).toBe(2);
    expect(await statusOf(replica, token)).toBe(200);
  });

  test('may be away: keys that are known go on, others get 503', async () => {
    const [replica, late] = [await trusting(), await trusting()];
    const token = await provider.token(key);
    expect(await statusOf(replica, token)).toBe(200);
    await provider.stop();
    expect(await statusOf(replica, token)).toBe(200);
    const answer = await as(late, token).get(path);
    expect([answer.status, answer.json.error_code, answer.headers.get('retry-after')]).toEqual([
      503,
      'TEMPORARILY_UNAVAILABLE',
      '5',
    ]);
    expect(answer.json.message).toMatch(/^the identity provider http:\S+ gives no keys: .*ECONNREFUSED/);
    expect(await statusOf(late, adminToken)).toBe(200);
    provider.failing = 500;
    await provider.start();
    await sleep(2100);
    expect((await as(late, token).get(path)).json.message).toMatch(/answers with 500$/);
    provider.failing = undefined;
    await sleep(2100);
    expect(await statusOf(late, token)).toBe(200);
  }, 20_000);

  test('must be named whole, and over https', () => {
    const contract = { name: 'registry', env: {}, uses: { auth } };
    const config = (env: Record<string, string>) => readConfig(contract, { AUTH_MODE: 'required', ...env }).auth;
    expect(() => config({ AUTH_ISSUER: 'http://idp.example.com' })).toThrow(/AUTH_ISSUER: expected https/);
    expect(() => config({ AUTH_ROLES: '{' })).toThrow(/AUTH_ROLES: expected JSON/);
    expect(() => config({ AUTH_ROLES: '{"a":"root"}' })).toThrow(/AUTH_ROLES: /);
    const half = config({ AUTH_ISSUER: 'https://idp.example.com' });
    expect(() => authOf(half, {} as never, log)).toThrow(/^AUTH_ISSUER is set without what its tokens mean here/);
    expect(() => authOf(config({}), {} as never, log)).toThrow(/^AUTH_MODE is 'required', but nobody could make/);
  });
});

describe('the OpenAPI document', () => {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
  let document: any;
  let replica: Served;
  beforeAll(async () => {
    replica = await startReplica({});
    const answer = await as(replica, adminToken).get('/openapi.json');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    document = answer.json;
  });

  interface Operation {
    path: string;
    method: string;
    operationId: string;
    parameters: { name: string; in: string; required: boolean; schema: object }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, object>;
    security?: object[];
  }
  const operations = (): Operation[] =>
    Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
    );

  test('has every route, each once, with its parameters', () => {
    expect([document.openapi, document.info.version]).toEqual(['3.1.0', '3.17.2']);
    const ids = operations().map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.length).toBeGreaterThan(70);
    for (const { path, parameters, responses } of operations()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect([path, inPath.map(({ name }) => name).toSorted()]).toEqual([
        path,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(),
      ]);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(Object.keys(responses)).toEqual(['200', 'default']);
    }
    const paths = Object.keys(document.paths);
    for (const path of [
      '/livez',
      '/metrics',
      '/health',
      '/api/v1/tokens',
      '/api/2.0/mlflow/webhooks/{webhook_id}/test',
    ])
      expect(paths).toContain(path);
    expect(paths).toContain('/api/2.0/mlflow-artifacts/artifacts/{path}');
    expect(paths.filter((path) => path.startsWith('/ajax-api'))).toEqual([]);
    const open = operations().filter(({ security }) => security?.length === 0);
    expect(open.map(({ path }) => path).toSorted()).toEqual(['/health', '/livez', '/metrics', '/readyz']);
  });

  test('holds schemas of JSON Schema 2020-12 only, and references that lead somewhere', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false });
    const schemas = operations().flatMap(({ parameters, requestBody }) => [
      ...parameters.map(({ schema }) => schema),
      ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => schema ?? []),
    ]);
    expect(schemas.length).toBeGreaterThan(100);
    for (const schema of schemas) ajv.compile(schema);
    for (const [, reference = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference.split('/').reduce((part, name) => part?.[name], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  test('says what the server does: an empty body is refused where the document refuses it', async () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const caller = as(replica, adminToken);
    const checked: string[] = [];
    for (const { path, method, parameters, requestBody } of operations()) {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema === undefined || parameters.length > 0) continue;
      const { status, json } = await caller.send(method.toUpperCase(), path, {});
      const refused = status === 400 && /for(?: required)? parameter '.*See the API docs/.test(json.message);
      // A run may be named by one of two fields, which no list of required fields can say.
      const isLoose = 'run_uuid' in ((schema as { properties?: object }).properties ?? {});
      expect([path, refused]).toEqual([path, isLoose || !ajv.validate(schema, {})]);
      checked.push(path);
    }
    expect(checked.length).toBeGreaterThan(35);
  });
});

test('nobody is asked unless the configuration says so, and the admin API is not there', async () => {
  const open = await startReplica({ AUTH_MODE: 'none' });
  expect((await open.get(`${mlflow}/experiments/get?experiment_id=0`)).status).toBe(200);
  expect((await open.get('/api/v1/tokens')).status).toBe(404);
});
