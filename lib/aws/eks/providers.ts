import { DataAwsEksCluster } from '@cdktf/provider-aws/lib/data-aws-eks-cluster';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { Fn, type TerraformStack } from 'cdktf';
import { Providers } from '../../kubernetes/providers';

/**
 * Reaches an EKS cluster by its name, with the credentials of whoever runs Terraform: a token of the AWS command, made in
 * every run, because one in the state would last for 15 minutes. The stack has an AWS provider.
 */
export class EksProviders extends Providers {
  constructor(
    private readonly name: string,
    private readonly region: string,
  ) {
    super(name);
  }

  protected addKubernetes(stack: TerraformStack, id: string) {
    return new KubernetesProvider(stack, id, { ...this.endpoint(stack), exec: [this.token()] });
  }

  protected addHelm(stack: TerraformStack, id: string) {
    return new HelmProvider(stack, id, { kubernetes: { ...this.endpoint(stack), exec: this.token() } });
  }

  private endpoint(stack: TerraformStack) {
    const id = `Eks-${this.name}`;
    const cluster =
      (stack.node.tryFindChild(id) as DataAwsEksCluster | undefined) ??
      new DataAwsEksCluster(stack, id, { name: this.name });
    return {
      host: cluster.endpoint,
      clusterCaCertificate: Fn.base64decode(cluster.certificateAuthority.get(0).data),
    };
  }

  private token() {
    return {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: 'aws',
      args: ['eks', 'get-token', '--cluster-name', this.name, '--region', this.region, '--output', 'json'],
    };
  }
}
