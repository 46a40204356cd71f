import { Construct } from 'constructs';
import { EncryptionKey } from '../kms/encryption-key';
import type { Region } from '../regions';
import { S3Bucket } from './bucket';

export interface StateBucketProps {
  /** Name of the platform. */
  readonly platform: string;
  /** Unique in all of AWS; the stacks' backends name it. */
  readonly bucketName: string;
  readonly region: Region;
  /**
   * Refuses to be destroyed by Terraform.
   * @default true
   */
  readonly protect?: boolean | undefined;
}

/**
 * Where every stack keeps its state and the lock beside it, with a key of its own: whoever reads a state knows all of
 * the platform, so none of the platform's roles may use this key. Old states can be brought back for a year.
 */
export class StateBucket extends Construct {
  readonly key: EncryptionKey;
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, { platform, bucketName, region, protect }: StateBucketProps) {
    super(scope, id);
    this.key = new EncryptionKey(this, 'Key', { platform, name: 'state', description: 'Terraform states', protect });
    this.bucket = new S3Bucket(this, 'Bucket', {
      platform,
      bucketName,
      region,
      encryption: { kms: this.key.keyArn },
      lifecycle: { keepVersionsDays: 365 },
      protect,
    });
  }
}
