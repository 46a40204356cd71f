import { Construct } from 'constructs';
import { note } from '../core/notes';
import type { DataNeeds, ITarget } from '../core/target';
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
  readonly postgres: Postgres;
  readonly objectStore: ObjectStore;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KubernetesTargetProps,
  ) {
    super(scope, id);
    const { platform, postgres, objectStore } = props;
    this.cluster = Cluster.fromKubeconfig(this, 'Cluster', { name: props.context ?? platform, ...props });
    this.postgres = Postgres.fromEndpoint(this, 'Postgres', { platform, ...postgres });
    this.objectStore = ObjectStore.fromEndpoint(this, 'ObjectStore', objectStore);
    note(
      this,
      `Secret '${platform}/${postgres.admin.password.secretName}' must be there before the data stack is applied`,
    );
    for (const [workload, { accessKeyId }] of Object.entries(objectStore.credentials)) {
      const where = workload === 'default' ? 'every workload that uses the bucket' : `'${workload}'`;
      note(
        this,
        `Secret '${accessKeyId.secretName}' must be in the namespace of ${where} before the platform stack is applied`,
      );
    }
  }

  addData(scope: Construct, { databases, images }: DataNeeds): void {
    if (databases.length === 0) return;
    const { platform, postgres } = this.props;
    new DatabaseBootstrap(scope, 'Databases', {
      cluster: this.cluster,
      platform,
      image: images.image('database-bootstrap'),
      admin: this.postgres.admin(postgres.admin),
      components: databases,
      passwordRevision: postgres.passwordRevision,
    });
  }
}
