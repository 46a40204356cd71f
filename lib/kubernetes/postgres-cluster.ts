import { Construct } from 'constructs';
import type { postgres } from '../../services/kit/connections';
import type { Link, SecretKey } from '../core/access';
import { report } from '../core/errors';
import { names } from '../core/names';
import { resourceProblems } from '../core/resources';
import { viaSecret } from '../core/secret-offer';
import type { IPostgres } from '../core/storage';
import { cronProblems } from './postgres-backup';
import { firstServer, plannedServers, type RestoredServer, restoreProblems, serverInUse } from './postgres-restore';
import {
  PostgresServer,
  type PostgresServerProps,
  postgresCallers,
  postgresPort,
  serverLabels,
} from './postgres-server';

export interface PostgresClusterProps extends PostgresServerProps {
  /** One database, one role and one Secret for each, such as `registry`. */
  readonly components: readonly string[];
  /**
   * Servers that were made from backups, the oldest first; services use the last one. docs/restore.md says how.
   * @default - none: services use the first server
   */
  readonly restored?: readonly RestoredServer[] | undefined;
  /**
   * Raise it by one to give every role a new password.
   * @default 1
   */
  readonly passwordRevision?: number | undefined;
}

interface ServerName {
  readonly platform: string;
  /** As in {@link PostgresClusterProps}. @default - services use the first server */
  readonly restored?: readonly RestoredServer[] | undefined;
}

/** A server that another stack makes, known by its name. */
class NamedPostgresCluster extends Construct implements IPostgres {
  constructor(
    scope: Construct,
    id: string,
    private readonly named: ServerName,
  ) {
    super(scope, id);
  }

  database(component: string): Link<typeof postgres> {
    const { platform, restored } = this.named;
    const server = serverInUse(restored);
    const namespace = names.namespace(platform);
    const database = names.database(platform, component);
    const password: SecretKey = { secretName: names.databaseSecret(component), key: 'password' };
    return {
      resource: this,
      type: 'postgres',
      values: {
        host: `${server}-rw.${namespace}.svc`,
        port: String(postgresPort),
        database,
        user: database,
        sslMode: 'verify-full',
      },
      // the operator makes the authority and changes its certificate: files are read again, text in a variable is not
      offers: [viaSecret(() => ({ password, serverCa: { secretName: `${server}-ca`, key: 'ca.crt' } }))],
      destination: {
        kind: 'pods',
        namespace,
        labels: serverLabels(server),
        port: postgresPort,
        callerLabel: postgresCallers,
      },
    };
  }
}

/**
 * Postgres in the cluster, run by CloudNativePG, with databases, roles and their passwords. In the platform's namespace,
 * because there a password lies in one Secret for the server and for who connects.
 */
export class PostgresCluster extends NamedPostgresCluster {
  /** A server that another stack makes. */
  static fromName(scope: Construct, id: string, name: ServerName): IPostgres {
    return new NamedPostgresCluster(scope, id, name);
  }

  constructor(scope: Construct, id: string, props: PostgresClusterProps) {
    super(scope, id, props);
    const { backup, restored, resources } = props;
    const unclear = restoreProblems(restored, backup !== undefined);
    const problems = [
      ...(resources ? resourceProblems(resources) : []),
      ...(backup ? cronProblems(backup) : []),
      ...unclear,
    ];
    for (const problem of problems) report(this, problem);
    // two servers of one name cannot even be drawn up
    if (unclear.length > 0) return;
    const passwords = this.addPasswords(props);
    for (const server of plannedServers(restored)) {
      const place = server.name === firstServer ? this : new Construct(this, server.name);
      new PostgresServer(place, server, props, passwords);
    }
  }

  /** One for all servers: a role of a restored one gets the password of today. */
  private addPasswords({ cluster, platform, components, passwordRevision }: PostgresClusterProps) {
    const secretOf = (component: string) =>
      cluster.addPassword(this, `Password-${component}`, {
        secretName: names.databaseSecret(component),
        namespace: names.namespace(platform),
        key: 'password',
        revision: passwordRevision ?? 1,
        type: 'kubernetes.io/basic-auth',
        beside: { username: names.database(platform, component) },
        // the operator then gives the role a new password at once
        labels: { 'cnpg.io/reload': 'true' },
      }).secretName;
    return Object.fromEntries(components.map((component) => [component, secretOf(component)]));
  }
}
