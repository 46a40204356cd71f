import { rmSync, writeFileSync } from 'node:fs';
import { neededRole } from '../../../services/registry/auth/access';
import { adminToken, as, newToken, useAccess } from '../support/access';
import { useClock } from '../support/clock';
import { api as mlflow } from '../support/mlflow';
import { errorOf } from '../support/registry';
import type { Served } from '../support/serve';

const { adminFile, lines, sql, startReplica } = useAccess();
const passTime = useClock();

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
    const rows = JSON.stringify(await sql('select * from access_tokens'));
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
    passTime(5100);
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
    passTime(1600);
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
    const away = await startReplica({}, { port: 1 });
    const path = '/version';
    expect((await as(away, `mlops_${'x'.repeat(43)}`).get(path)).status).toBe(503);
    expect((await as(away, adminToken).get(path)).status).toBe(200);
  });
});

test('nobody is asked unless the configuration says so, and the admin API is not there', async () => {
  const open = await startReplica({ AUTH_MODE: 'none' });
  expect((await open.get(`${mlflow}/experiments/get?experiment_id=0`)).status).toBe(200);
  expect((await open.get('/api/v1/tokens')).status).toBe(404);
});
