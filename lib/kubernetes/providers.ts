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
export class Providers {
  constructor(
    private readonly clusterName: string,
    private readonly kubeconfig: Kubeconfig,
  ) {}

  kubernetes(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Kubernetes', (stack, id) => new KubernetesProvider(stack, id, this.access(stack)));
  }

  helm(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Helm', (stack, id) => new HelmProvider(stack, id, { kubernetes: this.access(stack) }));
  }

  /** A relative path is written as seen from the stack's folder: the same on each machine. */
  private access(stack: TerraformStack) {
    const { path, context } = this.kubeconfig;
    const configPath = /^[/~]/.test(path) ? path : relative(stackFolder(stack), resolve(path));
    return { configPath, ...(context === undefined ? {} : { configContext: context }) };
  }

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
