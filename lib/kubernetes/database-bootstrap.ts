import { Construct } from 'constructs';
import { databaseBootstrapContract } from '../../services/database-bootstrap/contract';
import type { postgres } from '../../services/kit/connections';
import type { Link } from '../core/access';
import type { ICluster } from '../core/cluster';
import { environment, secretsFolder } from '../core/environment';
import { names } from '../core/names';
import { linkedPods } from '../core/network-rules';
import { type Duration, seconds } from '../core/units';

export interface DatabaseBootstrapProps {
  readonly cluster: ICluster;
  /** Name of the platform; the Job runs in its namespace, where the admin's Secret must be. */
  readonly platform: string;
  readonly image: string;
  /** The server, entered as a role that may make databases and roles; it need not be a superuser. */
  readonly admin: Link<typeof postgres>;
  /** One database, one role and one Secret for each, such as `registry`. */
  readonly components: readonly string[];
  /**
   * Raise it by one to give every role a new password.
   * @default 1
   */
  readonly passwordRevision?: number | undefined;
  /**
   * How long `apply` waits for the Job, which itself waits for the server.
   * @default '10 minutes'
   */
  readonly timeout?: Duration | undefined;
}

/**
 * Makes databases and the roles that own them on a given Postgres: a Job in the cluster, because the server is often
 * reached from there only. Passwords are made here, each in one Secret. Nothing is ever dropped.
 */
export class DatabaseBootstrap extends Construct {
  constructor(scope: Construct, id: string, props: DatabaseBootstrapProps) {
    super(scope, id);
    const { cluster, platform, admin } = props;
    const namespace = names.namespace(platform);
    const { name } = databaseBootstrapContract;
    const identity = cluster.addIdentity(this, 'Identity', { name, namespace });
    const revision = props.passwordRevision ?? 1;
    const databases = props.components.map((component) => {
      const database = names.database(platform, component);
      const passwordFile = `${secretsFolder('roles')}/${component}`;
      const password = cluster.addPassword(this, `Password-${component}`, {
        secretName: names.databaseSecret(component),
        namespace,
        key: 'password',
        revision,
      });
      return {
        spec: { database, role: database, passwordFile },
        file: { secretName: password.secretName, key: 'password', path: passwordFile },
        secret: password.identity,
      };
    });

    const env = { DATABASES: JSON.stringify(databases.map(({ spec }) => spec)) };
    const { variables, secretFiles } = environment(databaseBootstrapContract, env, { admin }, identity);
    cluster.addTask(this, 'Job', {
      name,
      namespace,
      ...linkedPods(cluster, { platform, destinations: [admin.destination] }),
      serviceAccountName: identity.serviceAccountName,
      podSecurity: 'restricted',
      container: {
        image: props.image,
        variables,
        secretFiles: [...secretFiles, ...databases.map(({ file }) => file)],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '128Mi' } },
        readOnly: true,
      },
      pool: cluster.pool({ purpose: 'services' }),
      // a Secret that somebody deleted comes back with another password, which the role must get
      runAgainWith: databases.map(({ secret }) => secret).join(' '),
      input: { databases: env.DATABASES, admin: admin.values, revision, image: props.image },
      timeoutSeconds: seconds(props.timeout ?? '10 minutes'),
    });
  }
}
