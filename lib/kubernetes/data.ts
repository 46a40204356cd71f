import type { Construct } from 'constructs';
import type { SecretKey } from '../core/access';
import { names } from '../core/names';
import { note } from '../core/notes';
import type { IObjectStore, IPostgres } from '../core/storage';
import type { PlatformNeeds } from '../core/target';
import type { KubernetesTargetSpec } from '../presets/kubernetes-target-schema';
import type { Cluster } from './cluster';
import { DatabaseBootstrap } from './database-bootstrap';
import { ObjectStore } from './object-store';
import { Postgres } from './postgres';
import { backupUser } from './postgres-backup';
import { PostgresCluster } from './postgres-cluster';
import { recoveryPods } from './postgres-restore';
import { Seaweedfs } from './seaweedfs';
import type { StoreUser } from './seaweedfs-users';

export type DataProps = KubernetesTargetSpec & {
  readonly platform: string;
  readonly protect: boolean;
  readonly cluster: Cluster;
};

/** One store, in each of the two forms: what is known of it by name, and what the data stack makes. */
interface Store<I> {
  readonly known: (scope: Construct) => I;
  readonly add: (scope: Construct, needs: PlatformNeeds) => void;
  /** What destroying takes along. @default - it is somebody else's */
  readonly holds?: string;
}

/** Where a platform's data are: at addresses of somebody else's, or in the cluster. */
export class DataStores {
  private users: readonly StoreUser[] = [];
  private readonly bucket: Store<IObjectStore>;
  private readonly server: Store<IPostgres>;

  constructor(
    private readonly target: Construct,
    private readonly props: DataProps,
  ) {
    const { objectStore, postgres } = props;
    this.server = postgres.install === undefined ? this.serverAt(postgres) : this.cloudNativePg(postgres);
    this.bucket = objectStore.install === undefined ? this.bucketAt(objectStore) : this.seaweedfs(objectStore);
    if (this.inCluster.length > 0) props.cluster.expectVolumes();
  }

  /** What destroying the data stack takes along. */
  get inCluster(): string[] {
    return [this.server, this.bucket].flatMap(({ holds }) => holds ?? []);
  }

  /** Who needs a key; known before anything is added. */
  use({ storeUsers }: PlatformNeeds): void {
    const { platform, postgres } = this.props;
    const backup = postgres.install !== undefined && postgres.backup !== undefined;
    const backups = backup ? [{ workload: backupUser, namespace: names.namespace(platform) }] : [];
    this.users = [...storeUsers, ...backups];
  }

  postgres(scope: Construct): IPostgres {
    return this.server.known(scope);
  }

  objectStore(scope: Construct): IObjectStore {
    return this.bucket.known(scope);
  }

  /** The bucket first: backups of the server go there. */
  add(scope: Construct, needs: PlatformNeeds): void {
    this.bucket.add(scope, needs);
    this.server.add(scope, needs);
  }

  private serverAt(spec: Extract<DataProps['postgres'], { host: string }>): Store<IPostgres> {
    const { platform, cluster } = this.props;
    const server = Postgres.fromEndpoint(this.target, 'Postgres', { platform, ...spec });
    const { secretName, key } = spec.admin.password;
    note(
      this.target,
      `Secret '${platform}/${secretName}' (key '${key}') must be there before the data stack is applied`,
    );
    return {
      known: () => server,
      add: (scope, { databases, images }) => {
        if (databases.length === 0) return;
        new DatabaseBootstrap(scope, 'Databases', {
          cluster,
          platform,
          image: images.image('database-bootstrap'),
          admin: server.admin(spec.admin),
          components: databases,
          passwordRevision: spec.passwordRevision,
        });
      },
    };
  }

  private cloudNativePg(spec: Extract<DataProps['postgres'], { install: 'cloudnative-pg' }>): Store<IPostgres> {
    const { platform, cluster, protect, imageRegistry, operators } = this.props;
    return {
      holds: 'the databases',
      known: (scope) => PostgresCluster.fromName(scope, 'Postgres', { platform, restored: spec.restored }),
      add: (scope, { databases, monitoring }) => {
        new PostgresCluster(scope, 'Postgres', {
          ...spec,
          cluster,
          platform,
          components: databases,
          objectStore: this.objectStore(scope),
          protect,
          operatorNamespace: operators?.cloudNativePg?.namespace ?? 'cnpg-system',
          imageRegistry,
          monitoring,
        });
      },
    };
  }

  private bucketAt(spec: Extract<DataProps['objectStore'], { endpoint: string }>): Store<IObjectStore> {
    const bucket = ObjectStore.fromEndpoint(this.target, 'ObjectStore', spec);
    for (const [workload, { accessKeyId, secretAccessKey }] of Object.entries(spec.credentials)) {
      const where = workload === 'default' ? 'every workload that uses the bucket' : `'${workload}'`;
      for (const secret of secretsOf([accessKeyId, secretAccessKey]))
        note(this.target, `${secret} must be in the namespace of ${where} before the platform stack is applied`);
    }
    return { known: () => bucket, add: () => {} };
  }

  private seaweedfs(spec: Extract<DataProps['objectStore'], { install: 'seaweedfs' }>): Store<IObjectStore> {
    const { platform, cluster, protect, imageRegistry, postgres } = this.props;
    const byName = () => ({ platform, bucket: spec.bucket, users: this.users });
    const restores = postgres.install !== undefined && postgres.restored?.length;
    return {
      holds: 'the objects',
      known: (scope) =>
        (scope.node.tryFindChild('ObjectStore') as Seaweedfs | undefined) ??
        Seaweedfs.fromName(scope, 'ObjectStore', byName()),
      add: (scope, { monitoring }) => {
        new Seaweedfs(scope, 'ObjectStore', {
          ...spec,
          ...byName(),
          cluster,
          protect,
          imageRegistry,
          monitoring,
          alsoFrom: restores ? recoveryPods : undefined,
        });
      },
    };
  }
}

export const dataStores = (target: Construct, props: DataProps) => new DataStores(target, props);

/** `Secret 's3' (keys 'id', 'secret')`: one text for each Secret. */
function secretsOf(places: readonly SecretKey[]): string[] {
  return [...new Set(places.map(({ secretName }) => secretName))].map((name) => {
    const keys = places.filter(({ secretName }) => secretName === name).map(({ key }) => `'${key}'`);
    return `Secret '${name}' (${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')})`;
  });
}
