import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { report } from '../../core/errors';
import { accountId } from '../account';
import { policyDocument } from '../iam/policy-document';
import { EncryptionKey, type IEncryptionKey } from '../kms/encryption-key';
import { forLogs } from '../kms/key-users';
import { type LogDays, logDaysProblems } from '../log-days';
import type { Region } from '../regions';
import { platformTags } from '../tags';
import { networkNames } from './spec';

export interface FlowLogsProps {
  readonly platform: string;
  readonly region: Region;
  readonly vpcId: string;
  /**
   * Encrypts the log group; its policy must name CloudWatch Logs, see `forLogs`.
   * @default - a key of its own
   */
  readonly key?: IEncryptionKey | undefined;
  /**
   * Its own key refuses to be destroyed by Terraform.
   * @default true
   */
  readonly protect?: boolean | undefined;
  /**
   * How long they are kept.
   * @default 365
   */
  readonly days?: LogDays | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Who talked to whom in a VPC, accepted or refused, every ten minutes to a log group. */
export class FlowLogs extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: FlowLog;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FlowLogsProps,
  ) {
    super(scope, id);
    const { platform, vpcId, days } = props;
    if (days !== undefined) for (const problem of logDaysProblems(days)) report(this, problem);
    const group = this.addLogGroup();
    const role = this.addRole();
    const policy = this.addPolicy(role, group);
    this.resource = new FlowLog(this, 'Resource', {
      vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      tags: this.named(networkNames(platform).flowLogs),
      // without its policy the first deliveries fail
      dependsOn: [policy],
    });
  }

  private addLogGroup(): CloudwatchLogGroup {
    const { platform, days = 365 } = this.props;
    const key = this.props.key ?? this.addKey();
    const name = networkNames(platform).flowLogGroup;
    return new CloudwatchLogGroup(this, 'Group', {
      name,
      retentionInDays: days,
      kmsKeyId: key.keyArn,
      tags: this.named(name),
    });
  }

  private addKey(): IEncryptionKey {
    const { platform, region, protect, tags } = this.props;
    return new EncryptionKey(this, 'Key', {
      platform,
      name: 'flow-logs',
      description: `Flow logs of ${platform}`,
      users: [forLogs(region, [networkNames(platform).flowLogGroup])],
      protect,
      tags,
    });
  }

  /** Only flow logs of this account and region may act as the role. */
  private addRole(): IamRole {
    const { platform, region } = this.props;
    const account = accountId(this);
    const name = networkNames(platform).flowLogs;
    return new IamRole(this, 'Role', {
      name,
      description: `Lets VPC flow logs of ${platform} write to their log group`,
      assumeRolePolicy: policyDocument({
        Sid: 'FlowLogs',
        Effect: 'Allow',
        Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
        Action: ['sts:AssumeRole'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:aws:ec2:${region}:${account}:vpc-flow-log/*` },
        },
      }),
      tags: this.named(name),
    });
  }

  private addPolicy(role: IamRole, group: CloudwatchLogGroup): IamRolePolicy {
    return new IamRolePolicy(this, 'Policy', {
      name: 'write-flow-logs',
      role: role.name,
      policy: policyDocument({
        Sid: 'WriteFlowLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams'],
        Resource: [group.arn, `${group.arn}:*`],
      }),
    });
  }

  private named(name: string) {
    return platformTags(this.props.platform, name, this.props.tags);
  }
}
