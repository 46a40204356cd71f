import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { caller } from '../account';

/**
 * Warns in every plan where whoever runs it is none of the admins: the cluster would be made, and refuse its maker a stack
 * later. No error, because somebody else may run the later stacks. Compared by account and name, which is all that the
 * identity of a session tells of its role: a path is not in it.
 */
export function warnOthers(cluster: Construct, admins: readonly string[]): void {
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
