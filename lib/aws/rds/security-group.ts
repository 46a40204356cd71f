import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { Construct } from 'constructs';
import { platformTags } from '../tags';

export interface DatabaseSecurityGroupProps {
  readonly platform: string;
  readonly identifier: string;
  readonly vpcId: string;
  readonly nodeSecurityGroupId: string;
  readonly port: number;
  /** @default - name and platform only */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Lets the cluster's nodes in and nobody else, and no packet out: a database opens no connection. */
export function databaseSecurityGroup(scope: Construct, props: DatabaseSecurityGroupProps): SecurityGroup {
  const { platform, identifier, vpcId, nodeSecurityGroupId, port } = props;
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    name: `${identifier}-database`,
    description: `Clients of ${identifier}`,
    vpcId,
    tags: platformTags(platform, `${identifier}-database`, props.tags),
  });
  new VpcSecurityGroupIngressRule(scope, 'FromNodes', {
    securityGroupId: group.id,
    description: 'Postgres from the nodes of the cluster',
    referencedSecurityGroupId: nodeSecurityGroupId,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    tags: platformTags(platform, `${identifier}-from-nodes`, props.tags),
  });
  return group;
}
