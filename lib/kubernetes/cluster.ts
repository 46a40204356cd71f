import { PriorityClassV1 } from '@cdktf/provider-kubernetes/lib/priority-class-v1';
import { Construct } from 'constructs';
import type { ChartSpec, ICluster, ManifestsSpec, NamespaceSpec, PasswordSpec } from '../core/cluster';
import { report } from '../core/errors';
import type { ExistingPool } from '../core/existing-pool';
import type { INodePool, PoolNeed } from '../core/node-pool';
import { notePool } from '../core/notes';
import type { JobTemplateSpec, ServerSpec, TaskSpec } from '../core/workload';
import { Chart, type ChartMirror } from './chart';
import { choosePool, existingPool, existingPoolProblems } from './existing-pools';
import { JobTemplate } from './job-template';
import { kubeconfigProblems } from './kubeconfig';
import { objectLabels } from './labels';
import { Manifests } from './manifests';
import { Namespace } from './namespace';
import { Password } from './password';
import { Providers } from './providers';
import { SecretIdentity } from './secret-identity';
import { Server } from './server';
import { Task } from './task';

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
   * Where third-party charts come from.
   * @default - each chart's own repository
   */
  readonly chartMirror?: ChartMirror | undefined;
}

/** Any Kubernetes cluster, through its API. */
export class Cluster extends Construct implements ICluster {
  /** A cluster that somebody else made; its pools are selectors over the nodes that there are. */
  static fromKubeconfig(scope: Construct, id: string, props: KubeconfigClusterProps): Cluster {
    return new Cluster(scope, id, props);
  }

  readonly clusterName: string;
  readonly storageClass: string | undefined;
  readonly pools: readonly INodePool[];
  private readonly providers: Providers;

  private constructor(
    scope: Construct,
    id: string,
    private readonly props: KubeconfigClusterProps,
  ) {
    super(scope, id);
    const path = props.kubeconfig ?? '~/.kube/config';
    for (const problem of [...kubeconfigProblems(path, props.context), ...existingPoolProblems(props.pools)])
      report(this, problem);
    this.clusterName = props.name;
    this.storageClass = props.storageClass;
    this.pools = Object.entries(props.pools).map(([name, pool]) => existingPool(name, pool));
    for (const pool of this.pools) notePool(this, props.name, pool);
    this.providers = new Providers(props.name, { path, context: props.context });
  }

  pool(need: PoolNeed): INodePool {
    return choosePool(this.clusterName, this.props.pools, need);
  }

  addNamespace(scope: Construct, id: string, spec: NamespaceSpec) {
    this.providers.kubernetes(scope);
    return new Namespace(scope, id, spec);
  }

  addIdentity(scope: Construct, id: string, spec: { readonly name: string; readonly namespace: string }) {
    this.providers.kubernetes(scope);
    return new SecretIdentity(scope, id, { ...spec, clusterName: this.clusterName });
  }

  addPassword(scope: Construct, id: string, spec: PasswordSpec) {
    this.providers.kubernetes(scope);
    return new Password(scope, id, spec);
  }

  addServer(scope: Construct, id: string, spec: ServerSpec) {
    this.providers.kubernetes(scope);
    return new Server(scope, id, spec);
  }

  addTask(scope: Construct, id: string, spec: TaskSpec) {
    this.providers.kubernetes(scope);
    return new Task(scope, id, spec);
  }

  addJobTemplate(scope: Construct, id: string, spec: JobTemplateSpec) {
    this.providers.kubernetes(scope);
    return new JobTemplate(scope, id, spec);
  }

  addPriority(
    scope: Construct,
    id: string,
    spec: { readonly name: string; readonly value: number; readonly description: string },
  ) {
    this.providers.kubernetes(scope);
    const { name, value, description } = spec;
    return new PriorityClassV1(scope, id, { metadata: { name, labels: objectLabels(name) }, value, description });
  }

  addManifests(scope: Construct, id: string, spec: ManifestsSpec) {
    this.providers.helm(scope);
    return new Manifests(scope, id, spec);
  }

  addChart(scope: Construct, id: string, spec: ChartSpec) {
    this.providers.helm(scope);
    return new Chart(scope, id, spec, this.props.chartMirror);
  }
}
