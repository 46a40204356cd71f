import type { PolicyStatement } from '../iam/policy-document';
import type { Region } from '../regions';
import { bucketArn } from './bucket-name';

/** A bucket that takes logs, in the account that writes them. */
export interface LogBucket {
  readonly bucketName: string;
  /** Id of the account; may be a token. */
  readonly accountId: string;
}

/**
 * Lets S3 write the access logs of the account's other buckets. The bucket's encryption is `'s3'`: S3 delivers to no other.
 * Source: Amazon S3 user guide, "Enabling Amazon S3 server access logging".
 */
export const accessLogDelivery = ({ bucketName, accountId }: LogBucket): PolicyStatement[] => [
  {
    Sid: 'AccessLogs',
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: ['s3:PutObject'],
    Resource: [`${bucketArn(bucketName)}/*`],
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  },
];

/**
 * Lets Network Load Balancers of the account and region write their access logs.
 * Source: Elastic Load Balancing, "Enable access logs for your Network Load Balancer".
 */
export function loadBalancerLogDelivery({ bucketName, accountId }: LogBucket, region: Region): PolicyStatement[] {
  const delivery = {
    Effect: 'Allow',
    Principal: { Service: 'delivery.logs.amazonaws.com' },
  } as const;
  const StringEquals = { 'aws:SourceAccount': accountId };
  const ArnLike = { 'aws:SourceArn': `arn:aws:logs:${region}:${accountId}:*` };
  return [
    {
      Sid: 'LoadBalancerLogsCheck',
      ...delivery,
      Action: ['s3:GetBucketAcl'],
      Resource: [bucketArn(bucketName)],
      Condition: { StringEquals, ArnLike },
    },
    {
      Sid: 'LoadBalancerLogs',
      ...delivery,
      Action: ['s3:PutObject'],
      Resource: [`${bucketArn(bucketName)}/*/AWSLogs/${accountId}/*`],
      Condition: { StringEquals: { ...StringEquals, 's3:x-amz-acl': 'bucket-owner-full-control' }, ArnLike },
    },
  ];
}
