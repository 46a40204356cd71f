import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { bootstrap } from '../../services/database-bootstrap/bootstrap';
import { connect } from '../../services/database-bootstrap/connect';
import { type Entry, readEntries } from '../../services/database-bootstrap/input';
import { clientConfig } from '../../services/kit/postgres';
import { temporaryFolder } from '../harness/folder';
import { startPostgres, superuserPassword, type TestPostgres } from '../harness/postgres';
import { start } from '../harness/processes';
import { readableLog } from './support/log-lines';
import { bundleServices } from './support/service';

const folder = temporaryFolder('bootstrap');
const { log, lines } = readableLog();
let postgres: TestPostgres;
let bundle: string;

beforeAll(async () => {
  bundle = bundleServices();
  // The server's own log shows statements: none may carry a password.
  postgres = await startPostgres({ flags: ['-c', 'log_statement=all'] });
  await postgres.sql("create role steward login createrole createdb password 'steward-password'");
});

afterAll(async () => {
  await postgres?.stop();
});

const passwordFile = (name: string, password: string) => {
  writeFileSync(join(folder, name), `${password}\n`);
  return join(folder, name);
};

/** One run of the job as an admin who is no superuser. */
async function run(entries: Entry[], user = 'steward', password = `${user}-password`): Promise<void> {
  const client = await connect(postgres.as(user, password, 'postgres'), log, 0);
  try {
    await bootstrap(client, entries, log);
  } finally {
    await client.end();
  }
}

async function canUse(entry: Entry): Promise<true | string> {
  const client = new Client(clientConfig(postgres.as(entry.role, entry.password, entry.database)));
  try {
    await client.connect();
    await client.query('create table if not exists proof (id int)');
    return true;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const problemsOf = (entries: Entry[], user?: string) =>
  run(entries, user).then(
    () => 'none',
    (error: Error) => error.message,
  );

test('makes databases that only their owners enter, and runs again without harm', async () => {
  const ours = { database: 'registry', role: 'registry', password: 'it\'s \\ "quoted" $1 %s' };
  const theirs = { database: 'features-2', role: 'Features "x"', password: 'features-password' };
  await run([ours, theirs]);
  await run([ours, theirs]);
  expect([await canUse(ours), await canUse(theirs)]).toEqual([true, true]);
  expect(await canUse({ ...ours, database: 'features-2' })).toBe('permission denied for database "features-2"');
  // The admin does not stay a member of the roles that it made.
  const members = await postgres.sql(
    "select 1 from pg_auth_members where member = 'steward'::regrole and (inherit_option or set_option)",
  );
  expect(members).toEqual([]);
});

test('changes a password when its file changed', async () => {
  await run([{ database: 'turned', role: 'turned', password: 'first-password' }]);
  await run([{ database: 'turned', role: 'turned', password: 'second-password' }]);
  expect(await canUse({ database: 'turned', role: 'turned', password: 'second-password' })).toBe(true);
  expect(await canUse({ database: 'turned', role: 'turned', password: 'first-password' })).toMatch(
    'authentication failed',
  );
});

test('lets a role that could not log in do so, and keeps the tables of a database that is there', async () => {
  await postgres.sql('create role sleeper nologin');
  await postgres.sql('create database sleeping owner sleeper');
  await postgres.sql('create table kept (id int)', 'sleeping');
  await postgres.sql('grant sleeper to steward with admin option');
  const entry = { database: 'sleeping', role: 'sleeper', password: 'sleeper-password' };
  await run([entry]);
  expect(await canUse(entry)).toBe(true);
  expect(await postgres.sql('select * from kept', 'sleeping')).toEqual([]);
});

test('lets several runs at once take turns', async () => {
  const entry = { database: 'crowded', role: 'crowded', password: 'crowded-password' };
  await Promise.all(Array.from({ length: 5 }, () => run([entry])));
  expect(await canUse(entry)).toBe(true);
});

test('two databases may have one owner', async () => {
  const entries = ['pair-a', 'pair-b'].map((database) => ({ database, role: 'pair', password: 'pair-password' }));
  await run(entries);
  expect(await Promise.all(entries.map(canUse))).toEqual([true, true]);
});

test('says which rights its admin lacks', async () => {
  await postgres.sql("create role intern login password 'intern-password'");
  expect(
    await problemsOf([{ database: 'a', role: 'a', password: 'a' }], 'intern'),
  ).toBe(`database-bootstrap could not make everything that was asked for:
  - the admin role 'intern' must create roles and databases, got NOCREATEROLE and NOCREATEDB; run as a superuser: ALTER ROLE "intern" CREATEROLE CREATEDB`);
});

test('does what it can and names every problem of the rest', async () => {
  await postgres.sql('create role stranger');
  await postgres.sql('create database taken');
  const good = { database: 'good', role: 'good', password: 'good-password' };
  const message = await problemsOf([
    { database: 'strange', role: 'stranger', password: 'hush' },
    { database: 'taken', role: 'taker', password: 'hush' },
    good,
  ]);
  expect(message).toBe(`database-bootstrap could not make everything that was asked for:
  - database 'strange' of role 'stranger': permission denied to alter role (Only roles with the CREATEROLE attribute and the ADMIN option on role "stranger" may alter this role.); run as a superuser: GRANT "stranger" TO "steward" WITH ADMIN OPTION
  - database 'taken' of role 'taker': it belongs to role 'postgres', expected 'taker'; run ALTER DATABASE "taken" OWNER TO "taker", or correct the entry`);
  expect(await canUse(good)).toBe(true);
});

test('names every problem of its input at once, and no password', () => {
  const file = passwordFile('input', 'hush');
  const entries = [
    { database: 'a', role: 'r', passwordFile: file },
    { database: 'a', role: 'r', passwordFile: passwordFile('other', 'hush-2') },
    { database: 'b', role: 'admin', passwordFile: passwordFile('empty', '') },
    { database: 'c', role: 'd', passwordFile: join(folder, 'absent') },
  ];
  expect(() => readEntries(JSON.stringify(entries), 'admin')).toThrow(
    new Error(`database-bootstrap cannot start, its environment does not fit its contract:
  - DATABASES: the password file of role 'admin' is empty (${join(folder, 'empty')})
  - DATABASES: the password file of role 'd' cannot be read: ENOENT: no such file or directory, open '${join(folder, 'absent')}'
  - DATABASES: role 'admin' is the admin itself; name another role as the owner
  - DATABASES: database 'a' is named twice
  - DATABASES: role 'r' has two different passwords; give it the same file in every entry`),
  );
  expect(() => readEntries('[{"database": "a", "role": "", "passwordfile": "x"}]', 'admin')).toThrow(
    new Error(`database-bootstrap cannot start, its environment does not fit its contract:
  - DATABASES[0][role]: Too small: expected string to have >=1 characters
  - DATABASES[0][passwordFile]: Invalid input: expected string, received undefined
  - DATABASES[0]: Unrecognized key: "passwordfile"`),
  );
});

test('gives up waiting with the reason', async () => {
  await expect(connect({ ...postgres.as('steward', 'x', 'postgres'), port: 1 }, log, 300)).rejects.toThrow(
    'database-bootstrap waited 0 s for Postgres: Postgres at 127.0.0.1:1 does not answer (ECONNREFUSED); start it, or correct host and port',
  );
});

test('as a process: ends with 0, and no password is in its output or in the log of the server', async () => {
  const env = {
    DATABASES: JSON.stringify([
      { database: 'whole', role: 'whole', passwordFile: passwordFile('whole', 'hush-whole-password') },
    ]),
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(postgres.port),
    ADMIN_DATABASE: 'postgres',
    ADMIN_USER: 'postgres',
    ADMIN_SSL_MODE: 'disable',
    ADMIN_PASSWORD: superuserPassword,
  };
  const child = start(process.execPath, [join(bundle, 'database-bootstrap/main.js')], env);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [status] = await once(child, 'exit');
  expect([status, output.match(/"msg":"[^"]*"/g)]).toEqual([
    0,
    ['"msg":"role created"', '"msg":"database created"', '"msg":"done"'],
  ]);
  expect(await canUse({ database: 'whole', role: 'whole', password: 'hush-whole-password' })).toBe(true);
  const seen = output + lines.join('') + postgres.log();
  expect(seen).toContain('alter role');
  expect(seen).not.toMatch(/hush|features-password|second-password|super-secret/);
});
