import { Construct } from 'constructs';
import type { postgres } from '../../services/kit/connections';
import type { Link, SecretKey } from '../core/access';
import { anywhere } from '../core/endpoint';
import { names } from '../core/names';
import { viaSecret } from '../core/secret-offer';
import type { IPostgres } from '../core/storage';

/** Where a server is and how it is reached. */
export interface PostgresEndpoint {
  readonly host: string;
  /** @default 5432 */
  readonly port?: number | undefined;
  /**
   * As libpq spells it.
   * @default 'verify-full'
   */
  readonly sslMode?: 'disable' | 'require' | 'verify-full' | undefined;
  /**
   * PEM certificates of its own certificate authority.
   * @default - the authorities that the runtime trusts
   */
  readonly caCertificate?: string | undefined;
  /**
   * Addresses that pods may reach it at, for network policies.
   * @default - any address, on its port only
   */
  readonly cidrs?: readonly string[] | undefined;
}

export interface PostgresEndpointProps extends PostgresEndpoint {
  /** Name of the platform: its databases are `<platform>_<component>`, each with a role of the same name. */
  readonly platform: string;
}

/** A Postgres server that somebody else runs. */
export class Postgres extends Construct implements IPostgres {
  /**
   * A server at an address. Its databases and roles are made by `DatabaseBootstrap`, or by hand with a Secret
   * `postgres-<component>` (key `password`) in the platform's namespace.
   */
  static fromEndpoint(scope: Construct, id: string, props: PostgresEndpointProps): Postgres {
    return new Postgres(scope, id, props);
  }

  private constructor(
    scope: Construct,
    id: string,
    private readonly props: PostgresEndpointProps,
  ) {
    super(scope, id);
  }

  database(name: string): Link<typeof postgres> {
    const database = names.database(this.props.platform, name);
    return this.link(database, database, { secretName: names.databaseSecret(name), key: 'password' });
  }

  /** Lets a workload in as a role that may make databases and roles. */
  admin(admin: { readonly user: string; readonly password: SecretKey }): Link<typeof postgres> {
    return this.link('postgres', admin.user, admin.password);
  }

  private link(database: string, user: string, password: SecretKey): Link<typeof postgres> {
    const { host, port = 5432, sslMode = 'verify-full', caCertificate, cidrs = anywhere } = this.props;
    return {
      resource: this,
      type: 'postgres',
      values: { host, port: String(port), database, user, sslMode, caCertificate },
      offers: [viaSecret(() => ({ password }))],
      destination: { kind: 'addresses', cidrs, port },
    };
  }
}
