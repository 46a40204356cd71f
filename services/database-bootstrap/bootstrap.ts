import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { ProgramError } from '../kit/errors';
import type { Log } from '../kit/log';
import type { Entry } from './input';
import { scramVerifier } from './scram';

/** Any number will do, as long as every run of this job takes the same. */
const lock = 7_310_402_118;

/** Not everything could be made. Names every problem: what, got, do. */
class BootstrapError extends ProgramError {
  override readonly name = 'BootstrapError';

  constructor(readonly problems: readonly string[]) {
    super(
      `database-bootstrap could not make everything that was asked for:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
  }
}

/** Makes what is missing, sets each role's password, drops nothing. Runs at the same time take turns. */
export async function bootstrap(client: Client, entries: readonly Entry[], log: Log): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [lock]);
  try {
    const admin = await checkRights(client);
    const problems: string[] = [];
    for (const entry of entries)
      await ensure(client, entry, log).catch((error) => problems.push(explain(error, entry, admin)));
    if (problems.length > 0) throw new BootstrapError(problems);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lock]);
  }
}

/** The name of the role that we are. */
async function checkRights(client: Client): Promise<string> {
  const { rows } = await client.query(
    'select current_user as name, rolsuper or rolcreaterole as roles, rolsuper or rolcreatedb as databases from pg_roles where rolname = current_user',
  );
  const admin = rows[0];
  const lacking = [admin.roles ? [] : ['CREATEROLE'], admin.databases ? [] : ['CREATEDB']].flat();
  if (lacking.length === 0) return admin.name;
  const got = lacking.map((right) => `NO${right}`).join(' and ');
  throw new BootstrapError([
    `the admin role '${admin.name}' must create roles and databases, got ${got}; ` +
      `run as a superuser: ALTER ROLE ${escapeIdentifier(admin.name)} ${lacking.join(' ')}`,
  ]);
}

async function ensure(client: Client, { database, role, password }: Entry, log: Log): Promise<void> {
  const [databaseName, roleName] = [escapeIdentifier(database), escapeIdentifier(role)];
  const known = await client.query('select rolsuper from pg_roles where rolname = $1', [role]);
  const verb = known.rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${roleName} login password ${escapeLiteral(scramVerifier(password))}`);
  log.info({ role }, verb === 'create' ? 'role created' : 'role is there, its password is set');

  const lent = await borrow(client, role);
  try {
    const found = await client.query('select pg_get_userbyid(datdba) as owner from pg_database where datname = $1', [
      database,
    ]);
    const owner: string | undefined = found.rows[0]?.owner;
    if (owner !== undefined && owner !== role)
      throw new BootstrapError([
        `it belongs to role '${owner}', expected '${role}'; run ALTER DATABASE ${databaseName} OWNER TO ${roleName}, or correct the entry`,
      ]);
    if (owner === undefined) await client.query(`create database ${databaseName} owner ${roleName}`);
    await client.query(`revoke connect on database ${databaseName} from public`);
    log.info({ database, role }, owner === undefined ? 'database created' : 'database is there');
  } finally {
    if (lent) await client.query(`revoke ${roleName} from current_user`);
  }
}

/** An admin who is no superuser must be a member of a role to give it a database. Says whether it became one just now. */
async function borrow(client: Client, role: string): Promise<boolean> {
  const { rows } = await client.query("select pg_has_role(current_user, $1, 'USAGE') as member", [role]);
  if (rows[0].member) return false;
  await client.query(`grant ${escapeIdentifier(role)} to current_user`);
  return true;
}

function explain(error: unknown, { database, role }: Entry, admin: string): string {
  const what = `database '${database}' of role '${role}'`;
  if (error instanceof BootstrapError) return `${what}: ${error.problems.join('; ')}`;
  const { message } = error as Error;
  const detail = error instanceof DatabaseError && error.detail !== undefined ? ` (${error.detail})` : '';
  if (error instanceof DatabaseError && error.code === '42501') {
    const grant = `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(admin)} WITH ADMIN OPTION`;
    return `${what}: ${message}${detail}; run as a superuser: ${grant}`;
  }
  return `${what}: ${message}${detail}`;
}
