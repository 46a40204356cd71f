import type { Construct } from 'constructs';
import type { IIdentity } from '../../core/access';
import type { IdentitySpec } from '../../core/cluster';
import { attempt } from '../../core/errors';
import type { NetworkRules } from '../../core/network-rules';
import type { INodePool, PoolNeed } from '../../core/node-pool';
import { notePool } from '../../core/notes';
import type { JobTemplateSpec, PodSpec, ServerSpec, TaskSpec } from '../../core/workload';
import type { ChartMirror } from '../../kubernetes/chart';
import { KubernetesCluster } from '../../kubernetes/kubernetes-cluster';
import { PodIdentity } from '../iam/pod-identity';
import { awsNames } from '../names';
import { type PlannedPool, planPools } from '../nodes/plan';
import type { NodePools } from '../nodes/pool';
import { choosePlanned, poolOf } from '../nodes/scheduling';
import type { Region, ZoneLetter } from '../regions';
import { EksProviders } from './providers';
import { retainingClass, StorageClasses } from './storage-classes';

export interface EksByNameProps {
  /** Name of the platform that made the cluster. */
  readonly platform: string;
  readonly region: Region;
  /** Pools as they were given to the cluster. */
  readonly pools: NodePools;
  /** Zones as they were given to the cluster. */
  readonly zones: readonly ZoneLetter[];
  /**
   * Where third-party charts come from.
   * @default - each chart's own repository
   */
  readonly chartMirror?: ChartMirror | undefined;
}

/** An EKS cluster that an earlier stack made, known by its name. Each stack that uses it has an AWS provider. */
export class EksByName extends KubernetesCluster {
  readonly clusterName: string;
  /** Volumes of this class stay when their claim is deleted. */
  readonly storageClass: string = retainingClass;
  readonly pools: readonly INodePool[];
  /** The pools with their EC2 types and sizes. */
  readonly planned: readonly PlannedPool[];
  protected readonly providers: EksProviders;
  protected override readonly chartMirror: ChartMirror | undefined;

  constructor(scope: Construct, id: string, props: EksByNameProps) {
    super(scope, id);
    this.clusterName = awsNames.cluster(props.platform);
    this.planned = attempt(this, () => planPools(props.pools, props.zones)) ?? [];
    this.pools = this.planned.map(poolOf);
    for (const pool of this.pools) notePool(this, this.clusterName, pool);
    this.chartMirror = props.chartMirror;
    this.providers = new EksProviders(this.clusterName, props.region);
  }

  pool(need: PoolNeed): INodePool {
    return choosePlanned(this.clusterName, this.planned, need);
  }

  /** Classes of encrypted volumes; once per cluster, in the stack of its operators. */
  addStorageClasses(scope: Construct, id: string, volumeKeyArn: string): StorageClasses {
    this.providers.kubernetes(scope);
    return new StorageClasses(scope, id, { volumeKeyArn });
  }

  override addIdentity(scope: Construct, id: string, spec: IdentitySpec): IIdentity {
    this.providers.kubernetes(scope);
    return new PodIdentity(scope, id, { ...spec, clusterName: this.clusterName });
  }

  /** A role for the ServiceAccount that a chart makes; what it may do is said by `allow`. */
  addChartIdentity(scope: Construct, id: string, spec: IdentitySpec): PodIdentity {
    return new PodIdentity(scope, id, { ...spec, clusterName: this.clusterName, existingServiceAccount: true });
  }

  override addServer(scope: Construct, id: string, spec: ServerSpec) {
    return super.addServer(scope, id, withCredentials(spec));
  }

  override addTask(scope: Construct, id: string, spec: TaskSpec) {
    return super.addTask(scope, id, withCredentials(spec));
  }

  override addJobTemplate(scope: Construct, id: string, spec: JobTemplateSpec) {
    return super.addJobTemplate(scope, id, withCredentials(spec));
  }
}

/** The Pod Identity agent of each node: where pods get the credentials of their role. */
const credentials: NetworkRules['egress'][number] = {
  to: [{ cidr: '169.254.170.23/32' }],
  ports: [{ protocol: 'TCP', port: 80 }],
};

const withCredentials = <Spec extends PodSpec>(spec: Spec): Spec => ({
  ...spec,
  network: { ...spec.network, egress: [...spec.network.egress, credentials] },
});
