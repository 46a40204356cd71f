import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { type ClientConfig, DatabaseError } from 'pg';
import { untrustedCertificate } from './certificates';
import type { Secret } from './config';
import { ServiceError, UnavailableError } from './errors';

/** What `readConfig` makes of the `postgres` connection of a contract. */
export interface PostgresConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly sslMode: 'disable' | 'require' | 'verify-full';
  readonly caCertificate?: string | undefined;
  readonly password?: Secret | undefined;
  readonly serverCa?: Secret | undefined;
}

/** Settings of one connection. The password is a function: each new connection reads it afresh, so a rotation needs no restart. */
export function clientConfig(config: PostgresConfig): ClientConfig {
  return {
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    password: () => config.password?.() ?? '',
    ssl: sslOptions(config),
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** `require` encrypts (and, with a CA, checks the chain); `verify-full` also checks the host name. As libpq does. */
function sslOptions({ sslMode, caCertificate, serverCa, host }: PostgresConfig): ConnectionOptions | false {
  if (sslMode === 'disable') return false;
  const full = sslMode === 'verify-full';
  const known = caCertificate !== undefined || serverCa !== undefined;
  const options: ConnectionOptions = {
    rejectUnauthorized: full || known,
    checkServerIdentity: full ? (_, cert) => checkServerIdentity(host, cert) : () => undefined,
  };
  // the driver copies this object for each connection: a file is read again then, an authority that changed is known
  if (known) Object.defineProperty(options, 'ca', { enumerable: true, get: () => caCertificate ?? serverCa?.() });
  return options;
}

/** Errors of the driver as ours: what is away or refused becomes 503 with the reason in words, bad values become 400. */
export function databaseError(error: unknown, config: PostgresConfig): unknown {
  if (error instanceof ServiceError) return error;
  const reason = reasonOf(error as Error & { code?: string }, config);
  if (reason !== undefined) return new UnavailableError(reason, { cause: error });
  // Class 22: a value that no column takes, such as a NUL character or an integer that is too large.
  if (error instanceof DatabaseError && error.code?.startsWith('22'))
    return new ServiceError(400, 'INVALID_PARAMETER_VALUE', `the database refuses a value: ${error.message}`);
  return error;
}

function reasonOf(error: Error & { code?: string }, config: PostgresConfig): string | undefined {
  const server = `Postgres at ${config.host}:${config.port}`;
  const { code = '', message } = error;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0], config);
  if (code === '28P01')
    return `${server} refuses the password of role '${config.user}'; correct the Secret, its file is read again at every attempt`;
  if (code.startsWith('28'))
    return `${server} does not let role '${config.user}' in: ${message}; create the role with LOGIN and the right to connect`;
  if (code === '3D000') return `${server} has no database '${config.database}'; create it, or correct the name`;
  if (code === '42501')
    return `role '${config.user}' lacks a right in database '${config.database}': ${message}; make it the owner of the database, or grant it the right`;
  if (code === '42P01' || code === '42703')
    return `the schema in database '${config.database}' is not there yet: ${message}; wait for the migration`;
  if (code === '53300')
    return `${server} has no connection left: ${message}; raise max_connections, or run fewer replicas`;
  if (code.startsWith('40') || code === '55P03' || code === '57014')
    return `${server} gave a statement up: ${message}; try again`;
  if (code.startsWith('08') || code.startsWith('57P') || code.startsWith('53') || code === '25006')
    return `${server} cannot serve now: ${message}`;
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code))
    return `${server} does not answer (${code}); start it, or correct host and port`;
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code))
    return `${server}: the name cannot be resolved (${code}); correct the host`;
  if (/client password must be/.test(message)) return `no password was given for role '${config.user}'; mount one`;
  if (code === 'ENOENT' || code === 'EACCES') return `the password of role '${config.user}' cannot be read: ${message}`;
  if (/self-signed|certificate|altnames/i.test(message)) return `${server} ${untrustedCertificate(message)}`;
  if (/does not support SSL/.test(message))
    return `${server} offers no TLS, got sslMode '${config.sslMode}'; turn TLS on there, or use 'disable'`;
  if (/timeout|terminated|Client has encountered a connection error|Cannot use a pool after/i.test(message))
    return `${server} does not answer (${message}); start it, or correct host and port`;
  return undefined;
}
