import type { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import type { Construct } from 'constructs';
import { TerraformData } from '../../kubernetes/terraform-data';

/** Twice what others have seen. */
const seconds = 15;

/**
 * Waits, once, after an association was made. EKS has it before the webhook knows it that gives pods their credentials; a
 * pod which starts in between never gets any, however often it restarts, and its Deployment times out. Runs `sleep` where
 * Terraform runs. Sources, read on 2026-11-22: EKS API reference, CreatePodIdentityAssociation ("several seconds");
 * aws/eks-pod-identity-agent #52 (5 to 10 s); terraform-aws-eks-pod-identity #8.
 */
export class Settled extends TerraformData {
  /** Of the association; whoever uses it starts after the wait. */
  readonly serviceAccountName: string;

  constructor(scope: Construct, id: string, { associationId, serviceAccount }: EksPodIdentityAssociation) {
    super(scope, id, { input: serviceAccount, triggersReplace: associationId, command: `sleep ${seconds}` });
    this.serviceAccountName = this.getStringAttribute('output');
  }
}
