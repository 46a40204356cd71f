import { createHmac } from 'node:crypto';
import { exportSPKI } from 'jose';
import { readConfig } from '../../../services/kit/config';
import { authOf } from '../../../services/registry/auth/auth';
import { auth } from '../../../services/registry/contract';
import { adminToken, as, newToken, useAccess } from '../support/access';
import { useClock } from '../support/clock';
import { IdentityProvider } from '../support/identity-provider';
import { api as mlflow } from '../support/mlflow';
import { errorOf } from '../support/registry';
import type { Served } from '../support/serve';

const { log, startReplica } = useAccess();
const passTime = useClock();

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
    passTime(2100);
    expect((await as(late, token).get(path)).json.message).toMatch(/answers with 500$/);
    provider.failing = undefined;
    passTime(2100);
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
