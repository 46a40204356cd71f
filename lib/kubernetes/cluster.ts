import type { Construct } from 'constructs';
import type { ChartSpec, ManifestsSpec } from '../core/cluster';
import { attempt, report } from '../core/errors';
import type { ExistingPool } from '../core/existing-pool';
import type { Dns } from '../core/network-rules';
import type { INodePool, PoolNeed } from '../core/node-pool';
import { note, notePool } from '../core/notes';
import type { ChartMirror } from './chart';
import { type ClusterFacts, readClusterFacts, staleness } from './cluster-facts';
import { choosePool, existingPool, existingPoolProblems } from './existing-pools';
import { defaultClassProblems, poolFactsProblems, storageClassProblems } from './facts-problems';
import { kubeconfigProblems } from './kubeconfig';
import { KubernetesCluster } from './kubernetes-cluster';
import { KubeconfigProviders } from './providers';
import { WrittenDefinitions } from './written-definitions';

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
  /**
   * What `mlops nodes` wrote, as a path relative to where synth runs: then synth checks pools, storage class and the
   * definitions of custom resources against it, without a connection.
   * @default - nothing is checked before the apply
   */
  readonly facts?: string | undefined;
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

  /** With their file's path. */
  private readonly facts: readonly [path: string, facts: ClusterFacts] | undefined;
  private readonly definitions: WrittenDefinitions | undefined;

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
    const { facts } = props;
    this.facts = facts === undefined ? undefined : attempt(this, () => [facts, readClusterFacts(facts)] as const);
    if (this.facts) this.check(...this.facts);
    this.definitions = this.facts && new WrittenDefinitions(...this.facts);
  }

  /** Says that something in it asks for volumes: where no class is named, there must be a default one. */
  expectVolumes(): void {
    if (!this.facts || this.storageClass !== undefined) return;
    for (const problem of defaultClassProblems(...this.facts)) report(this, problem);
  }

  override addManifests(scope: Construct, id: string, spec: ManifestsSpec) {
    const added = super.addManifests(scope, id, spec);
    this.definitions?.manifests(added, spec.manifests);
    return added;
  }

  override addChart(scope: Construct, id: string, spec: ChartSpec) {
    this.definitions?.chart(spec);
    return super.addChart(scope, id, spec);
  }

  /** Names of Secrets with credentials of image registries, for pods that no identity of ours starts. */
  get pullSecrets(): readonly string[] {
    return this.imagePullSecrets ?? [];
  }

  pool(need: PoolNeed): INodePool {
    return choosePool(this.clusterName, this.props.pools, need);
  }

  private check(path: string, facts: ClusterFacts): void {
    const { pools, storageClass } = this.props;
    const problems = [
      ...Object.entries(pools).flatMap(([name, pool]) => poolFactsProblems(path, facts, name, pool)),
      ...(storageClass === undefined ? [] : storageClassProblems(path, facts, storageClass)),
    ];
    for (const problem of problems) report(this, problem);
    const stale = staleness(path, facts);
    if (stale) note(this, stale);
  }
}
