import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { EksAccessPolicyAssociation } from '@cdktf/provider-aws/lib/eks-access-policy-association';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Problem } from '../../core/errors';
import { caller } from '../account';

/** Lets IAM roles do everything in a cluster. */
export function addAdmins(cluster: Construct, clusterName: string, admins: readonly string[]): void {
  for (const arn of new Set(admins)) {
    // account and role: a company may have a role of one name in several accounts
    const name = arn.replace(/^.*:(\d+):role\//, '$1-').replaceAll('/', '-');
    const entry = new EksAccessEntry(cluster, `Admin-${name}`, { clusterName, principalArn: arn });
    new EksAccessPolicyAssociation(cluster, `AdminPolicy-${name}`, {
      clusterName,
      principalArn: entry.principalArn,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    });
  }
  warnOthers(cluster, admins);
}

/** Everything that is wrong with the ARNs of admins. */
export function adminProblems(admins: readonly string[]): Problem[] {
  if (admins.length === 0) {
    return [
      {
        what: 'nobody could reach the cluster',
        got: 'admins: []',
        do: "name the IAM roles of your admins, and the one that runs Terraform: 'arn:aws:iam::111122223333:role/admin'",
      },
    ];
  }
  return admins
    .filter((arn) => !/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn))
    .map((arn) => ({
      what: 'an admin of the cluster is not an IAM role',
      got: `'${arn}'`,
      do: "write the role's ARN with its path, not that of a session: 'arn:aws:iam::111122223333:role/admin'",
    }));
}

/**
 * Warns in every plan where whoever runs it is none of the admins: the cluster would be made, and refuse its maker a stack
 * later. No error, because somebody else may run the later stacks. Compared by account and name, which is all that the
 * identity of a session tells of its role: a path is not in it.
 */
function warnOthers(cluster: Construct, admins: readonly string[]): void {
  const { fqn } = caller(cluster);
  const sessions = admins.map((arn) => `${arn.replace(/^.*:(\d+):role\/(.*\/)?/, '$1:assumed-role/')}/`);
  TerraformStack.of(cluster).addOverride(`check.${cluster.node.id}-admins`, {
    assert: [
      {
        condition: `\${anytrue([for role in ${JSON.stringify(sessions)} : strcontains(${fqn}.arn, role)])}`,
        error_message: `whoever runs this is none of the cluster's admins, got \${${fqn}.arn}; add the role to admins, or run the stacks operators, data and platform with one of them: the API server will answer Unauthorized (${cluster.node.path})`,
      },
    ],
  });
}
