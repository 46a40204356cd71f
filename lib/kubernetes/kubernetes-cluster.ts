import { PriorityClassV1 } from '@cdktf/provider-kubernetes/lib/priority-class-v1';
import { Construct } from 'constructs';
import type { IIdentity } from '../core/access';
import type {
  ChartSpec,
  ICluster,
  IdentitySpec,
  ManifestsSpec,
  NamespaceSpec,
  PasswordSpec,
  PrioritySpec,
} from '../core/cluster';
import type { Dns } from '../core/network-rules';
import type { INodePool, PoolNeed } from '../core/node-pool';
import type { JobTemplateSpec, ServerSpec, TaskSpec } from '../core/workload';
import { Chart, type ChartMirror } from './chart';
import { JobTemplate } from './job-template';
import { objectLabels } from './labels';
import { Manifests } from './manifests';
import { Namespace } from './namespace';
import { addNetworkPolicy, type NetworkPolicyProps } from './network-policy';
import { Password } from './password';
import type { Providers } from './providers';
import { SecretIdentity } from './secret-identity';
import { Server } from './server';
import { Task } from './task';

/** Whatever can be said to a cluster through its API; what differs is how it is reached and which pools it has. */
export abstract class KubernetesCluster extends Construct implements ICluster {
  abstract readonly clusterName: string;
  abstract readonly storageClass: string | undefined;
  abstract readonly pools: readonly INodePool[];
  /** Puts the cluster's providers into the stack where something is added. */
  protected abstract readonly providers: Providers;
  /** @default - each chart's own repository */
  protected readonly chartMirror?: ChartMirror | undefined;

  /** @default - pods of kube-system, at port 53 */
  readonly dns?: Dns | undefined;
  /** @default - images are pulled without credentials */
  protected readonly imagePullSecrets?: readonly string[] | undefined;

  abstract pool(need: PoolNeed): INodePool;

  addNamespace(scope: Construct, id: string, spec: NamespaceSpec) {
    this.providers.kubernetes(scope);
    return new Namespace(scope, id, spec);
  }

  addIdentity(scope: Construct, id: string, spec: IdentitySpec): IIdentity {
    this.providers.kubernetes(scope);
    return new SecretIdentity(scope, id, {
      ...spec,
      clusterName: this.clusterName,
      imagePullSecrets: this.imagePullSecrets,
    });
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

  addNetworkPolicy(scope: Construct, id: string, props: NetworkPolicyProps) {
    this.providers.kubernetes(scope);
    return addNetworkPolicy(scope, id, props);
  }

  addPriority(scope: Construct, id: string, { name, value, description }: PrioritySpec) {
    this.providers.kubernetes(scope);
    return new PriorityClassV1(scope, id, { metadata: { name, labels: objectLabels(name) }, value, description });
  }

  addManifests(scope: Construct, id: string, spec: ManifestsSpec) {
    this.providers.helm(scope);
    return new Manifests(scope, id, spec);
  }

  addChart(scope: Construct, id: string, spec: ChartSpec) {
    this.providers.helm(scope);
    return new Chart(scope, id, spec, this.chartMirror);
  }
}
