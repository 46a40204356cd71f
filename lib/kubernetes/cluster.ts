import type { Construct } from 'constructs';
import { report } from '../core/errors';
import type { ExistingPool } from '../core/existing-pool';
import type { Dns } from '../core/network-rules';
import type { INodePool, PoolNeed } from '../core/node-pool';
import { notePool } from '../core/notes';
import type { ChartMirror } from './chart';
import { choosePool, existingPool, existingPoolProblems } from './existing-pools';
import { kubeconfigProblems } from './kubeconfig';
import { KubernetesCluster } from './kubernetes-cluster';
import { KubeconfigProviders } from './providers';

export interface KubeconfigClusterProps {
  /** What the cluster is called in errors and reviews. */
  readonly name: string;
  /**
   * Path of the kubeconfig, absolute, below `~/`, or relative to where synth runs (the folder of cdktf.json).
   * @default '~/.kube/config'
   */
  readonly kubeconfig?: string | undefined;
  /**
   * A context of the kubeconfig.
   * @default - its current context
   */
  readonly context?: string | undefined;
  /** Groups of existing nodes, by name: which labels select them and what they have. */
  readonly pools: Readonly<Record<string, ExistingPool>>;
  /**
   * The class that volumes ask for.
   * @default - the cluster's default class
   */
  readonly storageClass?: string | undefined;
  /**
   * Where pods look names up, for network policies: on OpenShift `{ at: { namespace: 'openshift-dns' }, port: 5353 }`,
   * with a NodeLocal DNSCache `{ at: { cidr: '169.254.20.10/32' } }`.
   * @default - pods of kube-system, at port 53
   */
  readonly dns?: Dns | undefined;
  /**
   * Secrets with credentials of image registries, in the namespaces of the workloads.
   * @default - images are pulled without credentials
   */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /**
   * Where third-party charts come from.
   * @default - each chart's own repository
   */
  readonly chartMirror?: ChartMirror | undefined;
}

/** Any Kubernetes cluster, through its API. */
export class Cluster extends KubernetesCluster {
  /** A cluster that somebody else made; its pools are selectors over the nodes that there are. */
  static fromKubeconfig(scope: Construct, id: string, props: KubeconfigClusterProps): Cluster {
    return new Cluster(scope, id, props);
  }

  readonly clusterName: string;
  readonly storageClass: string | undefined;
  readonly pools: readonly INodePool[];
  protected readonly providers: KubeconfigProviders;
  protected override readonly chartMirror: ChartMirror | undefined;
  override readonly dns: Dns | undefined;
  protected override readonly imagePullSecrets: readonly string[] | undefined;

  private constructor(
    scope: Construct,
    id: string,
    private readonly props: KubeconfigClusterProps,
  ) {
    super(scope, id);
    const path = props.kubeconfig ?? '~/.kube/config';
    const problems = [...kubeconfigProblems(path, props.context), ...existingPoolProblems(props.pools)];
    for (const problem of problems) report(this, problem);
    this.clusterName = props.name;
    this.storageClass = props.storageClass;
    this.chartMirror = props.chartMirror;
    this.dns = props.dns;
    this.imagePullSecrets = props.imagePullSecrets;
    this.pools = Object.entries(props.pools).map(([name, pool]) => existingPool(name, pool));
    for (const pool of this.pools) notePool(this, props.name, pool);
    this.providers = new KubeconfigProviders(props.name, { path, context: props.context });
  }

  pool(need: PoolNeed): INodePool {
    return choosePool(this.clusterName, this.props.pools, need);
  }
}
