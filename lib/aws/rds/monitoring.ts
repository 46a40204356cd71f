import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { report } from '../../core/errors';
import { accountId } from '../account';
import { policyDocument } from '../iam/policy-document';
import { awsNameProblems } from '../names';
import { platformTags } from '../tags';

export interface MonitoringRoleProps {
  readonly platform: string;
  readonly region: string;
  /** Of the database. */
  readonly identifier: string;
}

/** A role, and what whoever uses it must wait for. */
export interface MonitoringRole {
  readonly arn: string;
  readonly ready: ITerraformDependable;
}

/**
 * Lets RDS write what the operating system of one database does (memory, disk and processes, which the hypervisor does
 * not see) to the log group RDSOSMetrics. Source of the trust: RDS user guide, "Setting up and enabling Enhanced
 * Monitoring", protection against the confused deputy.
 */
export function monitoringRole(
  scope: Construct,
  { platform, region, identifier }: MonitoringRoleProps,
): MonitoringRole {
  const account = accountId(scope);
  const name = `${identifier}-monitoring`;
  for (const problem of awsNameProblems('role', name)) report(scope, problem);
  const role = new IamRole(scope, 'MonitoringRole', {
    name,
    description: `Lets RDS write metrics of the operating system of ${identifier}`,
    assumeRolePolicy: policyDocument({
      Sid: 'EnhancedMonitoring',
      Effect: 'Allow',
      Principal: { Service: 'monitoring.rds.amazonaws.com' },
      Action: ['sts:AssumeRole'],
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        StringLike: { 'aws:SourceArn': `arn:aws:rds:${region}:${account}:db:${identifier}` },
      },
    }),
    tags: platformTags(platform, name),
  });
  const ready = new IamRolePolicyAttachment(scope, 'MonitoringPolicy', {
    role: role.name,
    policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole',
  });
  return { arn: role.arn, ready };
}
