import type { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/** Twice what others have seen. */
const seconds = 15;

/**
 * Waits, once, after an association was made. EKS has it before the webhook knows it that gives pods their credentials; a
 * pod which starts in between never gets any, however often it restarts, and its Deployment times out. Runs `sleep` where
 * Terraform runs. Sources, read on 2026-11-22: EKS API reference, CreatePodIdentityAssociation ("several seconds");
 * aws/eks-pod-identity-agent #52 (5 to 10 s); terraform-aws-eks-pod-identity #8.
 */
export class Settled extends TerraformResource {
  /** Of the association; whoever uses it starts after the wait. */
  readonly serviceAccountName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly association: EksPodIdentityAssociation,
  ) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      terraformGeneratorMetadata: { providerName: 'terraform' },
      provisioners: [{ type: 'local-exec', command: `sleep ${seconds}` }],
    });
    this.serviceAccountName = this.getStringAttribute('output');
  }

  protected override synthesizeAttributes() {
    const { associationId, serviceAccount } = this.association;
    return { input: serviceAccount, triggers_replace: associationId };
  }
}
