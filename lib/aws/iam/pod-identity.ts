import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { dependable } from 'cdktf';
import { Construct } from 'constructs';
import type { IIdentity, Link, SecretRefs } from '../../core/access';
import { PlatformError } from '../../core/errors';
import { isSecretOffer } from '../../core/secret-offer';
import { objectLabels } from '../../kubernetes/labels';
import { awsNames } from '../names';
import { isIamOffer } from './offer';
import { Settled } from './settled';
import { type IamGrant, type NamedGrant, podTrust, policy, policySize } from './statement';

export interface PodIdentityProps {
  /** Of the ServiceAccount, and in the role's name. */
  readonly name: string;
  readonly namespace: string;
  readonly clusterName: string;
  /**
   * The ServiceAccount is made by somebody else, such as a chart.
   * @default false
   */
  readonly existingServiceAccount?: boolean | undefined;
}

/** All inline policies of a role together. Source: IAM user guide, "IAM and AWS STS quotas". */
const longestPolicy = 10240;

/** A workload known to AWS by an IAM role of its own, which may do exactly what its links ask for. */
export class PodIdentity extends Construct implements IIdentity {
  /** The role, for whatever this class does not cover. */
  readonly resource: IamRole;
  /** A reference to what waits for the association: whoever uses it starts after the role is theirs. */
  readonly serviceAccountName: string;
  private readonly association: EksPodIdentityAssociation;
  private readonly grants: NamedGrant[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PodIdentityProps,
  ) {
    super(scope, id);
    const { name, namespace, clusterName } = props;
    this.resource = new IamRole(this, 'Resource', {
      name: awsNames.workloadRole(clusterName, namespace, name),
      description: `Pods of ServiceAccount ${namespace}/${name} in EKS cluster ${clusterName}`,
      assumeRolePolicy: podTrust(clusterName, namespace, name),
    });
    this.association = new EksPodIdentityAssociation(this, 'Association', {
      clusterName,
      namespace,
      serviceAccount: props.existingServiceAccount ? name : this.addServiceAccount().metadata.name,
      roleArn: this.resource.arn,
    });
    this.serviceAccountName = new Settled(this, 'Settled', this.association).serviceAccountName;
  }

  accept(link: Link): SecretRefs {
    const { name, clusterName } = this.props;
    const { offers, resource } = link;
    if (offers.length === 0) return {};
    const offer = offers.find((one) => isIamOffer(one) || isSecretOffer(one));
    if (offer && isIamOffer(offer)) {
      for (const grant of offer.grants) this.allow(resource.node.path, grant);
      return offer.refs?.(name) ?? {};
    }
    if (!offer || !isSecretOffer(offer)) {
      throw new PlatformError({
        what: `'${name}' cannot be let into ${resource.node.path}: cluster '${clusterName}' understands only 'iam' and 'secret'`,
        got: offers.map(({ kind }) => `'${kind}'`).join(', '),
        do: 'give the resource credentials in a Secret',
      });
    }
    const refs = offer.refs(name);
    if (refs) return refs;
    throw new PlatformError({
      what: `${resource.node.path} has no credentials for '${name}'`,
      got: 'neither its own nor default ones',
      do: `add credentials for '${name}', or credentials.default`,
    });
  }

  /**
   * Allows what no link asks for, such as an operator's own calls.
   * @param name what it lets into, in the statement's id
   */
  allow(name: string, grant: IamGrant): void {
    if (this.grants.length === 0) this.addPolicy();
    this.grants.push({ ...grant, name });
  }

  private addServiceAccount(): ServiceAccountV1 {
    const { name, namespace } = this.props;
    return new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { name, namespace, labels: objectLabels(name) },
      automountServiceAccountToken: false,
    });
  }

  /** Only with the first grant: IAM refuses a policy without statements. */
  private addPolicy(): void {
    const links = new IamRolePolicy(this, 'Policy', {
      name: 'links',
      role: this.resource.name,
      policy: policy(() => this.grants),
    });
    this.node.addValidation({ validate: () => this.sizeProblems() });
    // workloads wait for the association, and so for what they are allowed
    this.association.dependsOn = [dependable(links)];
  }

  private sizeProblems(): string[] {
    const size = policySize(this.grants);
    if (size <= longestPolicy) return [];
    const { problems } = new PlatformError({
      what: `links of '${this.props.name}' need a longer policy than IAM allows`,
      got: `${size} characters, at most ${longestPolicy}`,
      do: 'split the workload, or give its links fewer prefixes',
    });
    return [...problems];
  }
}
