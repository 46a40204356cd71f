import { relative, resolve } from 'node:path';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { type TerraformProvider, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { stackFolder } from '../core/app';

/** Where Terraform finds the cluster. */
export interface Kubeconfig {
  /** Path of the file: absolute, below `~/`, or relative to where synth runs. */
  readonly path: string;
  /** @default - the file's current context */
  readonly context?: string | undefined;
}

/** The cluster's providers in the stack where something is added: made once per stack, named by the cluster. */
export abstract class Providers {
  constructor(private readonly clusterName: string) {}

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
    const id = `${kind}-${this.clusterName}`;
    return (stack.node.tryFindChild(id) as TerraformProvider | undefined) ?? make(stack, id);
  }
}

/** Reaches a cluster by a kubeconfig. */
export class KubeconfigProviders extends Providers {
  constructor(
    clusterName: string,
    private readonly kubeconfig: Kubeconfig,
  ) {
    super(clusterName);
  }

  protected addKubernetes(stack: TerraformStack, id: string) {
    return new KubernetesProvider(stack, id, this.access(stack));
  }

  protected addHelm(stack: TerraformStack, id: string) {
    return new HelmProvider(stack, id, { kubernetes: this.access(stack) });
  }

  /** A relative path is written as seen from the stack's folder: the same on each machine. */
  private access(stack: TerraformStack) {
    const { path, context } = this.kubeconfig;
    const configPath = /^[/~]/.test(path) ? path : relative(stackFolder(stack), resolve(path));
    return { configPath, ...(context === undefined ? {} : { configContext: context }) };
  }
}
