import { DataAwsIamRoles } from '@cdktf/provider-aws/lib/data-aws-iam-roles';
import { Fn, type Precondition } from 'cdktf';
import type { Construct } from 'constructs';
import { accountId } from '../account';
import type { PolicyStatement } from '../iam/policy-document';
import type { Region } from '../regions';

/** What somebody who uses a key needs of it. */
export interface KeyUse {
  readonly statements: readonly PolicyStatement[];
  /** What must hold before the policy is written. @default - nothing */
  readonly preconditions?: readonly Precondition[];
}

/**
 * Somebody whom the key's policy must name. Roles of the account are no such users: the account's own statement lets
 * their IAM policies decide, which covers S3, RDS, Secrets Manager, EKS and the EBS driver.
 */
export type KeyUser = (key: Construct) => KeyUse;

const useActions = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

/**
 * CloudWatch Logs, for log groups of these names; a `*` at the end stands for any rest.
 * Source: Amazon CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
 */
export const forLogs =
  (region: Region, logGroups: readonly string[]): KeyUser =>
  (key) => ({
    statements: [
      {
        Sid: 'CloudWatchLogs',
        Effect: 'Allow',
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: useActions,
        Resource: ['*'],
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': logGroups.map(
              (name) => `arn:aws:logs:${region}:${accountId(key)}:log-group:${name}`,
            ),
          },
        },
      },
    ],
  });

const serviceRoles = '/aws-service-role/autoscaling.amazonaws.com/';
const serviceRole = 'AWSServiceRoleForAutoScaling';

/**
 * Auto Scaling, which starts the nodes of managed node groups: without it no node with an encrypted volume comes up.
 * AWS refuses a policy that names a role which is not there, so the plan asks for it first.
 * Source: Amazon EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes".
 */
export const forAutoScaling = (): KeyUser => (key) => {
  const roles = new DataAwsIamRoles(key, 'AutoScalingRoles', { pathPrefix: serviceRoles });
  const Principal = { AWS: `arn:aws:iam::${accountId(key)}:role${serviceRoles}${serviceRole}` };
  return {
    statements: [
      { Sid: 'AutoScaling', Effect: 'Allow', Principal, Action: useActions, Resource: ['*'] },
      {
        Sid: 'AutoScalingGrants',
        Effect: 'Allow',
        Principal,
        Action: ['kms:CreateGrant'],
        Resource: ['*'],
        Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      },
    ],
    preconditions: [
      {
        condition: Fn.contains(roles.names, serviceRole),
        errorMessage: `the account has no role ${serviceRole}, got none below ${serviceRoles}; make it once: aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com (${key.node.path})`,
      },
    ],
  };
};
