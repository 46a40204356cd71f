import type { PolicyStatement } from '../iam/policy-document';
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
