import { relative, resolve } from 'node:path';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { type TerraformProvider, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { stackFolder } from '../core/app';
import { report } from '../core/errors';

/** Where Terraform finds the cluster. */
export interface Kubeconfig {
  /** Path of the file: absolute, below `~/`, or relative to where synth runs. */
  readonly path: string;
  /** @default - the file's current context */
  readonly context?: string | undefined;
}

/** The cluster's providers in the stack where something is added: made once per stack, named by the cluster. */
export abstract class Providers {
  private readonly refused = new WeakSet<TerraformStack>();

  constructor(protected readonly clusterName: string) {}

  kubernetes(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Kubernetes', (stack, id) => this.addKubernetes(stack, id));
  }

  helm(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Helm', (stack, id) => this.addHelm(stack, id));
  }

  protected abstract addKubernetes(stack: TerraformStack, id: string): KubernetesProvider;
  protected abstract addHelm(stack: TerraformStack, id: string): HelmProvider;

  private once(
    scope: IConstruct,
    kind: string,
    make: (stack: TerraformStack, id: string) => TerraformProvider,
  ): TerraformProvider {
    const stack = TerraformStack.of(scope);
    this.claim(stack);
    const id = `${kind}-${this.clusterName}`;
    return (stack.node.tryFindChild(id) as TerraformProvider | undefined) ?? make(stack, id);
  }

  /** Resources name no provider: all of a stack go to one cluster. */
  private claim(stack: TerraformStack): void {
    const first = owners.get(stack) ?? this;
    owners.set(stack, first);
    if (this.sameAs(first) || this.refused.has(stack)) return;
    this.refused.add(stack);
    const second = this.clusterName === first.clusterName ? 'another that is called ' : '';
    report(stack, {
      what: 'the stack adds to two clusters',
      got: `'${first.clusterName}' and ${second}'${this.clusterName}'`,
      do: 'give each cluster a stack of its own',
    });
  }

  /** Whether both reach one cluster; here a name says which. */
  protected sameAs(other: Providers): boolean {
    return other.constructor === this.constructor && other.clusterName === this.clusterName;
  }
}

/**
 * What Rancher and OpenShift write on namespaces: an apply would take a namespace out of its project. The provider
 * itself leaves `…kubernetes.io/` alone.
 */
const foreignKeys = ['^([^/]+\\.)?(cattle|openshift)\\.io/'];

/** Who came to a stack first. */
const owners = new WeakMap<TerraformStack, Providers>();

/** Reaches a cluster by a kubeconfig. */
export class KubeconfigProviders extends Providers {
  constructor(
    clusterName: string,
    private readonly kubeconfig: Kubeconfig,
  ) {
    super(clusterName);
  }

  protected addKubernetes(stack: TerraformStack, id: string) {
    return new KubernetesProvider(stack, id, {
      ...this.access(stack),
      ignoreAnnotations: [...foreignKeys],
      ignoreLabels: [...foreignKeys],
    });
  }

  protected addHelm(stack: TerraformStack, id: string) {
    return new HelmProvider(stack, id, { kubernetes: this.access(stack) });
  }

  protected override sameAs(other: Providers): boolean {
    if (!(other instanceof KubeconfigProviders) || !super.sameAs(other)) return false;
    const { path, context } = this.kubeconfig;
    return other.kubeconfig.path === path && other.kubeconfig.context === context;
  }

  /** A relative path is written as seen from the stack's folder: the same on each machine. */
  private access(stack: TerraformStack) {
    const { path, context } = this.kubeconfig;
    const configPath = /^[/~]/.test(path) ? path : relative(stackFolder(stack), resolve(path));
    return { configPath, ...(context === undefined ? {} : { configContext: context }) };
  }
}
