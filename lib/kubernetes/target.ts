import { Construct } from 'constructs';
import type { SecretKey } from '../core/access';
import { report } from '../core/errors';
import type { Images } from '../core/images';
import { note } from '../core/notes';
import type { ITarget, PlatformNeeds, TargetStack } from '../core/target';
import type { KubernetesTargetSpec } from '../presets/kubernetes-target-schema';
import { Cluster } from './cluster';
import { DatabaseBootstrap } from './database-bootstrap';
import { ObjectStore } from './object-store';
import { Postgres } from './postgres';

export interface KubernetesTargetProps extends KubernetesTargetSpec {
  /** Name of the platform. */
  readonly platform: string;
}

/** An existing cluster, with Postgres and an S3 server that somebody else runs. */
export class KubernetesTarget extends Construct implements ITarget {
  readonly cluster: Cluster;
  readonly unprotected = 'destroying foundation takes the namespaces, with the Secrets in them';
  private readonly server: Postgres;
  private readonly bucket: ObjectStore;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KubernetesTargetProps,
  ) {
    super(scope, id);
    const { platform, postgres, objectStore } = props;
    this.cluster = Cluster.fromKubeconfig(this, 'Cluster', { name: props.context ?? platform, ...props });
    this.server = Postgres.fromEndpoint(this, 'Postgres', { platform, ...postgres });
    this.bucket = ObjectStore.fromEndpoint(this, 'ObjectStore', objectStore);
    const { secretName, key } = postgres.admin.password;
    note(this, `Secret '${platform}/${secretName}' (key '${key}') must be there before the data stack is applied`);
    for (const [workload, { accessKeyId, secretAccessKey }] of Object.entries(objectStore.credentials)) {
      const where = workload === 'default' ? 'every workload that uses the bucket' : `'${workload}'`;
      for (const secret of secretsOf([accessKeyId, secretAccessKey]))
        note(this, `${secret} must be in the namespace of ${where} before the platform stack is applied`);
    }
  }

  postgres(_scope: Construct): Postgres {
    return this.server;
  }

  objectStore(_scope: Construct): ObjectStore {
    return this.bucket;
  }

  stacks({ namespaces, databases, images, installs }: PlatformNeeds): TargetStack[] {
    const wanted = [...(installs.kueue ? ['kueue'] : []), ...(installs.gateway ? ['gateway'] : [])];
    for (const operator of wanted) {
      report(this, {
        what: `operator '${operator}' cannot be installed on an existing cluster in this release`,
        got: "mode 'install'",
        do: "install it yourself and say 'existing', or 'off'",
      });
    }
    return [
      { name: 'foundation', add: (scope) => this.addNamespaces(scope, namespaces) },
      { name: 'data', add: (scope) => this.addDatabases(scope, databases, images) },
    ];
  }

  /** Applied first, so that Secrets which people bring themselves have a place before anything needs them. */
  private addNamespaces(scope: Construct, namespaces: PlatformNeeds['namespaces']): void {
    for (const { id, ...spec } of namespaces) this.cluster.addNamespace(scope, id, spec);
  }

  private addDatabases(scope: Construct, databases: readonly string[], images: Images): void {
    if (databases.length === 0) return;
    const { platform, postgres } = this.props;
    new DatabaseBootstrap(scope, 'Databases', {
      cluster: this.cluster,
      platform,
      image: images.image('database-bootstrap'),
      admin: this.server.admin(postgres.admin),
      components: databases,
      passwordRevision: postgres.passwordRevision,
    });
  }
}

/** `Secret 's3' (keys 'id', 'secret')`: one text for each Secret. */
function secretsOf(places: readonly SecretKey[]): string[] {
  return [...new Set(places.map(({ secretName }) => secretName))].map((name) => {
    const keys = places.filter(({ secretName }) => secretName === name).map(({ key }) => `'${key}'`);
    return `Secret '${name}' (${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')})`;
  });
}
