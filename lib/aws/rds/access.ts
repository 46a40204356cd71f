import type { Construct } from 'constructs';
import { report } from '../../core/errors';
import { Postgres } from '../../kubernetes/postgres';
import type { Region } from '../regions';
import { certificateProblems } from './certificate';

/** Who may make databases and roles; fixed, because RDS cannot rename it. */
export const rdsAdmin = 'mlops_admin';

/**
 * The Secret in the platform's namespace that External Secrets makes of the password that RDS keeps and changes every
 * seven days: key `password`, from the property `password` of the secret in Secrets Manager.
 */
export const rdsAdminPassword = { secretName: 'postgres-admin', key: 'password' } as const;

export const postgresPort = 5432;

/** What workloads must know of a server to be let in. */
export interface RdsAccess {
  /** Name of the platform: its databases are `<platform>_<component>`, each with a role of the same name. */
  readonly platform: string;
  readonly region: Region;
  /**
   * PEM certificates of RDS in this region, from
   * `https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem`. The bundle for all regions is too long for
   * an environment variable.
   * @default - an error, unless sslMode is 'require'
   */
  readonly caCertificate?: string | undefined;
  /**
   * `require` encrypts, but trusts whoever answers.
   * @default 'verify-full'
   */
  readonly sslMode?: 'require' | 'verify-full' | undefined;
  /**
   * Addresses of the database's subnets, for network policies.
   * @default - any address, on its port only
   */
  readonly cidrs?: readonly string[] | undefined;
}

/** The server at its address, with the links that every Postgres has. */
export function rdsEndpoint(scope: Construct, host: string, access: RdsAccess): Postgres {
  const { platform, region, caCertificate, sslMode = 'verify-full', cidrs } = access;
  if (sslMode === 'verify-full') {
    for (const problem of certificateProblems(caCertificate, region)) report(scope, problem);
  }
  return Postgres.fromEndpoint(scope, 'Endpoint', {
    platform,
    host,
    port: postgresPort,
    sslMode,
    caCertificate,
    cidrs,
  });
}
