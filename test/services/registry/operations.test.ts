import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { PostgresConfig } from '../../../services/kit/postgres';
import { migrations } from '../../../services/registry/migrations';
import { temporaryFolder } from '../../harness/folder';
import { eventually } from '../../harness/processes';
import { Gate } from '../support/gate';
import { becomesReady, patience, useReplicas } from '../support/replicas';
import type { Service } from '../support/service';

const folder = temporaryFolder('operations');
const on = useReplicas();

const withPasswordFile = (database: PostgresConfig, file: string) => {
  const { DATABASE_PASSWORD: _, ...rest } = on.environment(database);
  return { ...rest, DATABASE_PASSWORD_FILE: file };
};

const saysNotReady = (service: Service, problems: string[]) =>
  eventually(
    async () => expect((await service.get('/readyz')).json).toEqual({ status: 'not ready', problems }),
    patience,
  );

const createExperiment = (service: Service, name: string) =>
  service.post('/api/2.0/mlflow/experiments/create', { name });

test('two replicas that start at once on an empty database both become ready', async () => {
  const env = on.environment(await on.postgres.createDatabase('twins'));
  const replicas = await Promise.all([on.start(env), on.start(env), on.start(env)]);
  await Promise.all(replicas.map(becomesReady));
  const done = replicas.map((replica) => replica.output().match(/"migrated"/g)?.length ?? 0);
  expect(done.toSorted()).toEqual([0, 0, Object.keys(migrations).length]);
  expect((await on.postgres.sql('select name from experiments', 'twins')).map(({ name }) => name)).toEqual(['Default']);
});

test('starts while Postgres is away, says why it is not ready, and recovers by itself', async () => {
  const database = await on.postgres.createDatabase('late');
  const gate = await Gate.to(on.postgres.port);
  const service = await on.start(on.environment({ ...database, port: gate.port }));
  const away = `Postgres at 127.0.0.1:${gate.port} does not answer (ECONNREFUSED); start it, or correct host and port`;
  await saysNotReady(service, [`database: ${away}`, `schema: ${away}`]);
  const refused = await createExperiment(service, 'early');
  expect([refused.status, refused.headers.get('retry-after'), refused.json]).toEqual([
    503,
    '5',
    { error_code: 'TEMPORARILY_UNAVAILABLE', message: away },
  ]);

  await gate.open();
  await becomesReady(service);
  expect((await createExperiment(service, 'on time')).status).toBe(200);

  const underway = Array.from({ length: 200 }, (_, i) => createExperiment(service, `underway-${i}`));
  await Promise.race(underway);
  await gate.shut();
  const outcomes = new Set((await Promise.all(underway)).map(({ status }) => status));
  expect([...outcomes].toSorted()).toEqual([200, 503]);
  await saysNotReady(service, [`database: ${away}`]);
  expect((await createExperiment(service, 'again')).status).toBe(503);
  await gate.open();
  await becomesReady(service);
  expect((await createExperiment(service, 'again')).status).toBe(200);
  await gate.shut();
});

test('says which right its database user lacks, and goes on when it has it', async () => {
  await on.postgres.sql("create role guest login password 'guest-password'");
  await on.postgres.sql('create database strange');
  const service = await on.start(on.environment(on.postgres.as('guest', 'guest-password', 'strange')));
  await saysNotReady(service, [
    "schema: role 'guest' lacks a right in database 'strange': permission denied for schema public; make it the owner of the database, or grant it the right",
  ]);
  expect((await createExperiment(service, 'x')).json.message).toMatch(
    /^the schema in database 'strange' is not there yet: relation "experiments" does not exist/,
  );
  await on.postgres.sql('alter database strange owner to guest');
  await becomesReady(service);
});

test('says what is wrong with its role and its database', async () => {
  const { port } = on.postgres;
  await on.postgres.createDatabase('known');
  const problem = async (database: PostgresConfig, text: string) => {
    const service = await on.start(on.environment(database));
    await saysNotReady(service, [`database: ${text}`, `schema: ${text}`]);
  };
  await Promise.all([
    problem(
      on.postgres.as('known', 'hush-wrong', 'known'),
      `Postgres at 127.0.0.1:${port} refuses the password of role 'known'; correct the Secret, its file is read again at every attempt`,
    ),
    problem(on.postgres.as('known', '', 'known'), "no password was given for role 'known'; mount one"),
    problem(
      on.postgres.as('known', 'known-password', 'absent'),
      `Postgres at 127.0.0.1:${port} has no database 'absent'; create it, or correct the name`,
    ),
    problem(
      { ...on.postgres.as('known', 'known-password', 'known'), sslMode: 'require' },
      `Postgres at 127.0.0.1:${port} offers no TLS, got sslMode 'require'; turn TLS on there, or use 'disable'`,
    ),
    problem(
      { ...on.postgres.as('known', 'known-password', 'known'), host: 'no-such-host.invalid' },
      `Postgres at no-such-host.invalid:${port}: the name cannot be resolved (ENOTFOUND); correct the host`,
    ),
  ]);
});

test('goes on after the password was changed and its file too, without a restart', async () => {
  const database = await on.postgres.createDatabase('rotated');
  const file = join(folder, 'password');
  writeFileSync(file, 'rotated-password\n');
  const service = await on.start(withPasswordFile(database, file));
  await becomesReady(service);
  await on.postgres.sql("alter role rotated password 'hush-new-password'");
  await on.postgres.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rotated'");
  await saysNotReady(service, [
    `database: Postgres at 127.0.0.1:${on.postgres.port} refuses the password of role 'rotated'; correct the Secret, its file is read again at every attempt`,
  ]);
  writeFileSync(file, 'hush-new-password\n');
  await becomesReady(service);
  expect((await createExperiment(service, 'after')).status).toBe(200);
  await service.stop();
  expect(service.output()).not.toMatch(/hush|rotated-password/);
});

test('says that its bucket does not answer, serves what needs none, and recovers by itself', async () => {
  const database = await on.postgres.createDatabase('bucketless');
  const gate = await Gate.to(Number(new URL(on.bucket.url).port));
  const endpoint = `http://127.0.0.1:${gate.port}`;
  const service = await on.start({ ...on.environment(database), ARTIFACTS_ENDPOINT: endpoint });
  await saysNotReady(service, [
    `artifacts: bucket 'platform' at ${endpoint} does not answer (ECONNREFUSED); start it, or correct the endpoint`,
  ]);
  expect((await createExperiment(service, 'x')).status).toBe(200);
  const artifact = await service.get('/api/2.0/mlflow-artifacts/artifacts/0/x');
  expect([artifact.status, artifact.json.error_code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
  await gate.open();
  await becomesReady(service);
  await gate.shut();
});

test('ends at once when half of its keys is missing', async () => {
  const { ARTIFACTS_SECRET_ACCESS_KEY: _, ...half } = on.environment(on.postgres.as('x', 'x', 'x'));
  const service = await on.start(half);
  expect(service.output()).toBe(
    "bucket 'platform' has an access key without its other half, got only accessKeyId; give both, or none for the identity of the pod\n",
  );
});

test('ends at once with every problem of its environment', async () => {
  const service = await on.start({ LOG_LEVEL: 'info', MAX_UPLOAD_MIB: 'hush' });
  expect(await service.stop()).toBe(1);
  await eventually(async () => expect(service.output()).toContain('DATABASE_SSL_MODE'));
  expect(service.output()).toMatch(
    /^registry cannot start, its environment does not fit its contract:\n {2}- MAX_UPLOAD_MIB: expected an integer\n/,
  );
  expect(service.output()).not.toContain('hush');
});

describe('at SIGTERM', () => {
  /** A request whose body is under way: its end lies with the caller. */
  function beginUpload(service: Service) {
    const upload = request(`${service.url}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    upload.on('error', () => undefined);
    upload.write('{"name": ');
    return upload;
  }
  const isClosing = (service: Service) => eventually(async () => expect(service.output()).toContain('closing'));

  test('answers while the cluster still sends requests, then takes no new one, lets open ones end, and exits with 0', async () => {
    const service = await on.start(on.environment(await on.postgres.createDatabase('gentle')));
    await becomesReady(service);
    const upload = beginUpload(service);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const exit = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    await isClosing(service);
    await service.get('/livez');
    await eventually(() => expect(service.get('/livez')).rejects.toThrow('fetch failed'));
    upload.end('"finished"}');
    const [response] = await once(upload, 'response');
    expect([response.statusCode, await exit]).toEqual([200, [0, null]]);
    expect(service.output()).not.toMatch(/gentle-password|hush/);
  });

  test('cuts a request that does not end, and is gone within 10 s', async () => {
    const service = await on.start(on.environment(await on.postgres.createDatabase('stuck')));
    beginUpload(service);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = Date.now();
    const exit = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    expect(await exit).toEqual([1, null]);
    expect(Date.now() - begin).toBeLessThan(10_000);
  });
});
