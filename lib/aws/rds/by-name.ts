import { DataAwsDbInstance } from '@cdktf/provider-aws/lib/data-aws-db-instance';
import { Construct } from 'constructs';
import type { postgres } from '../../../services/kit/connections';
import type { Link } from '../../core/access';
import type { IPostgres } from '../../core/storage';
import type { Postgres } from '../../kubernetes/postgres';
import { type RdsAccess, rdsAdmin, rdsAdminPassword, rdsEndpoint } from './access';

export interface RdsPostgresByNameProps extends RdsAccess {
  readonly identifier: string;
}

/** A Postgres that may also be entered as the role which makes databases and roles. */
export interface IRdsPostgres extends IPostgres {
  /** With the password in the Secret `rdsAdminPassword`. */
  admin(): Link<typeof postgres>;
}

/** A server that another stack makes, looked up by its name. */
export class NamedRdsPostgres extends Construct implements IRdsPostgres {
  private readonly endpoint: Postgres;

  constructor(scope: Construct, id: string, { identifier, ...access }: RdsPostgresByNameProps) {
    super(scope, id);
    const { address } = new DataAwsDbInstance(this, 'Resource', { dbInstanceIdentifier: identifier });
    this.endpoint = rdsEndpoint(this, address, access);
  }

  database(name: string): Link<typeof postgres> {
    return this.endpoint.database(name);
  }

  admin(): Link<typeof postgres> {
    return this.endpoint.admin({ user: rdsAdmin, password: rdsAdminPassword });
  }
}
