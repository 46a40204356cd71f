import { S3Bucket as Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import type { objectStore } from '../../../services/kit/connections';
import type { Link } from '../../core/access';
import { report } from '../../core/errors';
import type { IObjectStore } from '../../core/storage';
import { type PolicyStatement, policyDocument } from '../iam/policy-document';
import type { Region } from '../regions';
import { platformTags } from '../tags';
import { type BucketAccess, type BucketPlace, bucketLink } from './access';
import { bucketArn, bucketNameProblems } from './bucket-name';
import { type BucketLifecycle, lifecycleProblems, lifecycleRules } from './lifecycle';

export interface S3BucketProps {
  /** Name of the platform. */
  readonly platform: string;
  /** Unique in the whole partition of AWS: put something of yours into it, such as the account's number. */
  readonly bucketName: string;
  /** Of the provider that makes it. */
  readonly region: Region;
  /** With one of your keys, by its ARN, or with S3's own: log deliveries of AWS services take no other. */
  readonly encryption: { readonly kms: string } | 's3';
  /**
   * What is removed or moved to another class, and when.
   * @default - old versions are removed after 90 days, uploads that were never finished after 7
   */
  readonly lifecycle?: BucketLifecycle | undefined;
  /**
   * Name of a bucket for the log of its requests, and what stands before their names.
   * @default - requests are not logged
   */
  readonly accessLogs?: { readonly bucketName: string; readonly prefix: string } | undefined;
  /**
   * Added to the bucket's policy, which refuses everything without TLS 1.2.
   * @default - access is given by the roles of workloads only
   */
  readonly policy?: readonly PolicyStatement[] | undefined;
  /**
   * Refuses to be destroyed by Terraform.
   * @default true
   */
  readonly protect?: boolean | undefined;
  /**
   * Further tags.
   * @default - name and platform only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export type S3BucketByNameProps = BucketPlace;

/** A bucket that is private, versioned, encrypted, and reached over TLS only. */
export class S3Bucket extends Construct implements IObjectStore {
  /** A bucket that another stack makes: known by its name, nothing is looked up. */
  static fromName(scope: Construct, id: string, props: S3BucketByNameProps): IObjectStore {
    return new NamedBucket(scope, id, props);
  }

  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Bucket;
  readonly bucketName: string;
  readonly arn: string;
  /** Its name, known once its policy is in force: for what services of AWS deliver into it. */
  readonly deliveryName: string;
  private readonly place: BucketPlace;

  constructor(scope: Construct, id: string, props: S3BucketProps) {
    super(scope, id);
    const { bucketName, region, encryption } = props;
    for (const problem of [...bucketNameProblems(bucketName), ...lifecycleProblems(props.lifecycle)])
      report(this, problem);
    this.bucketName = bucketName;
    this.arn = bucketArn(bucketName);
    this.place = { bucketName, region, keyArn: encryption === 's3' ? undefined : encryption.kms };
    this.resource = new Bucket(this, 'Resource', {
      bucket: bucketName,
      forceDestroy: false,
      tags: platformTags(props.platform, bucketName, props.tags),
      lifecycle: { preventDestroy: props.protect ?? true },
    });
    this.addEncryption();
    this.deliveryName = this.addPolicy(props.policy ?? [], this.addPrivacy()).bucket;
    this.addHistory(lifecycleRules(props.lifecycle));
    if (props.accessLogs) this.addAccessLogs(props.accessLogs);
  }

  read(prefix?: string): Link<typeof objectStore> {
    return bucketLink(this, this.place, 'read', prefix);
  }

  write(prefix?: string): Link<typeof objectStore> {
    return bucketLink(this, this.place, 'write', prefix);
  }

  readWrite(prefix?: string): Link<typeof objectStore> {
    return bucketLink(this, this.place, 'readWrite', prefix);
  }

  private addEncryption(): void {
    const { keyArn } = this.place;
    new S3BucketServerSideEncryptionConfigurationA(this, 'Encryption', {
      bucket: this.resource.id,
      rule: [
        {
          applyServerSideEncryptionByDefault: keyArn
            ? { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn }
            : { sseAlgorithm: 'AES256' },
          // one call to KMS for many objects
          bucketKeyEnabled: keyArn !== undefined,
          // keys that a client sends and S3 forgets. S3 refuses them in new buckets since April 2026 and says so here: provider
          // versions from 6.22 to 6.39 would remove it in every plan (hashicorp/terraform-provider-aws#47320, #47359)
          blockedEncryptionTypes: ['SSE-C'],
        },
      ],
    });
  }

  private addPrivacy(): S3BucketPublicAccessBlock {
    new S3BucketOwnershipControls(this, 'Ownership', {
      bucket: this.resource.id,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    return new S3BucketPublicAccessBlock(this, 'PublicAccess', {
      bucket: this.resource.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  }

  private addPolicy(more: readonly PolicyStatement[], after: S3BucketPublicAccessBlock): S3BucketPolicy {
    const everything = {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['s3:*'],
      Resource: [this.arn, `${this.arn}/*`],
    } as const;
    const policy = policyDocument(
      { Sid: 'TlsOnly', ...everything, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Sid: 'Tls12', ...everything, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
      ...more,
    );
    return new S3BucketPolicy(this, 'Policy', {
      bucket: this.resource.id,
      policy,
      // S3 refuses two changes of one bucket's access at the same time
      dependsOn: [after],
    });
  }

  private addHistory(rule: S3BucketLifecycleConfigurationRule[]): void {
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      bucket: this.resource.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    // rules about old versions come after there can be any
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', { bucket: this.resource.id, rule, dependsOn: [versioning] });
  }

  private addAccessLogs({ bucketName, prefix }: NonNullable<S3BucketProps['accessLogs']>): void {
    new S3BucketLoggingA(this, 'AccessLogs', {
      bucket: this.resource.id,
      targetBucket: bucketName,
      targetPrefix: prefix,
    });
  }
}

class NamedBucket extends Construct implements IObjectStore {
  readonly bucketName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly place: BucketPlace,
  ) {
    super(scope, id);
    this.bucketName = place.bucketName;
    for (const problem of bucketNameProblems(place.bucketName)) report(this, problem);
  }

  read = (prefix?: string) => this.link('read', prefix);
  write = (prefix?: string) => this.link('write', prefix);
  readWrite = (prefix?: string) => this.link('readWrite', prefix);

  private link(access: BucketAccess, prefix: string | undefined): Link<typeof objectStore> {
    return bucketLink(this, this.place, access, prefix);
  }
}
