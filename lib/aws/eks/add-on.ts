import { DataAwsEksAddonVersion } from '@cdktf/provider-aws/lib/data-aws-eks-addon-version';
import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { type NamedGrant, podTrust, policy } from '../iam/statement';
import { awsNames } from '../names';

/** What an add-on may do on AWS. */
export interface AddOnIdentity {
  readonly serviceAccount: string;
  readonly managedPolicyArn: string;
  /**
   * What the managed policy lacks.
   * @default - nothing
   */
  readonly grants?: readonly NamedGrant[] | undefined;
}

export interface AddOnProps {
  /** As EKS knows it: `vpc-cni`. */
  readonly name: string;
  /** As a literal: it names the role. */
  readonly clusterName: string;
  readonly version: string;
  /**
   * The add-on's ServiceAccount in kube-system, which gets a role of its own.
   * @default - it calls no AWS API
   */
  readonly identity?: AddOnIdentity | undefined;
  /** @default - the add-on's own */
  readonly configuration?: Readonly<Record<string, unknown>> | undefined;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** A part of the cluster that EKS installs, at the version which is the default for that of the cluster. */
export class AddOn extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: EksAddon;

  constructor(scope: Construct, id: string, props: AddOnProps) {
    super(scope, id);
    const { name, clusterName, version, identity, configuration } = props;
    const dependsOn = [...props.dependsOn];
    const associations = identity ? [this.addRole(clusterName, identity, dependsOn)] : [];
    const found = new DataAwsEksAddonVersion(this, 'Version', {
      addonName: name,
      kubernetesVersion: version,
      mostRecent: false,
    });
    this.resource = new EksAddon(this, 'Resource', {
      clusterName,
      addonName: name,
      addonVersion: found.version,
      ...(configuration ? { configurationValues: JSON.stringify(configuration) } : {}),
      ...(associations.length > 0 ? { podIdentityAssociation: associations } : {}),
      resolveConflictsOnCreate: 'OVERWRITE',
      // what somebody changed in the cluster with kubectl stays theirs
      resolveConflictsOnUpdate: 'PRESERVE',
      dependsOn,
    });
  }

  /** The role, with its policies before the add-on: its pods must not start without them. */
  private addRole(
    clusterName: string,
    { serviceAccount, managedPolicyArn, grants = [] }: AddOnIdentity,
    dependsOn: ITerraformDependable[],
  ) {
    const role = new IamRole(this, 'Role', {
      name: awsNames.workloadRole(clusterName, 'kube-system', serviceAccount),
      description: `Add-on ${serviceAccount} of EKS cluster ${clusterName}`,
      assumeRolePolicy: podTrust(clusterName, 'kube-system', serviceAccount),
    });
    dependsOn.push(new IamRolePolicyAttachment(this, 'Managed', { role: role.name, policyArn: managedPolicyArn }));
    if (grants.length > 0) {
      dependsOn.push(
        new IamRolePolicy(this, 'Policy', { name: 'grants', role: role.name, policy: policy(() => grants) }),
      );
    }
    return { serviceAccount, roleArn: role.arn };
  }
}
