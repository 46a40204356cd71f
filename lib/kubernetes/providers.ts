import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { type TerraformProvider, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Where Terraform finds the cluster. */
export interface Kubeconfig {
  /** Path of the file, as Terraform sees it from the stack's folder. */
  readonly path: string;
  /** @default - the file's current context */
  readonly context?: string | undefined;
}

/** The cluster's providers in the stack where something is added: made once per stack, named by the cluster. */
export class Providers {
  private readonly access: { readonly configPath: string; readonly configContext?: string };

  constructor(
    private readonly clusterName: string,
    { path, context }: Kubeconfig,
  ) {
    this.access = { configPath: path, ...(context === undefined ? {} : { configContext: context }) };
  }

  kubernetes(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Kubernetes', (stack, id) => new KubernetesProvider(stack, id, this.access));
  }

  helm(scope: IConstruct): TerraformProvider {
    return this.once(scope, 'Helm', (stack, id) => new HelmProvider(stack, id, { kubernetes: this.access }));
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
