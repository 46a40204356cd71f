import type { IConstruct } from 'constructs';
import type { objectStore } from '../../../services/kit/connections';
import type { Link } from '../../core/access';
import { anywhere } from '../../core/endpoint';
import { PlatformError } from '../../core/errors';
import { viaIam } from '../iam/offer';
import type { IamGrant } from '../iam/statement';
import type { Region } from '../regions';
import { bucketArn } from './bucket-name';

/** What must be known of a bucket to be let in. */
export interface BucketPlace {
  readonly bucketName: string;
  readonly region: Region;
  /** ARN of the KMS key that encrypts its objects. @default - S3's own keys, which need no permission */
  readonly keyArn?: string | undefined;
}

/** Objects below a prefix; uploads in parts are aborted and listed so that none is left and paid for. */
const objectActions = {
  read: ['s3:GetObject'],
  write: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'],
  readWrite: [
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:GetObject',
    's3:ListMultipartUploadParts',
    's3:PutObject',
  ],
} as const;

/** An upload in parts decrypts too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html */
const keyActions = {
  read: ['kms:Decrypt'],
  write: ['kms:Decrypt', 'kms:GenerateDataKey'],
  readWrite: ['kms:Decrypt', 'kms:GenerateDataKey'],
} as const;

export type BucketAccess = keyof typeof objectActions;

/**
 * Lets a workload into what lies below a prefix of a bucket.
 * @throws PlatformError for a prefix that is none
 */
export function bucketLink(
  resource: IConstruct,
  place: BucketPlace,
  access: BucketAccess,
  prefix: string | undefined,
): Link<typeof objectStore> {
  checkPrefix(place.bucketName, prefix);
  const { bucketName: bucket, region } = place;
  return {
    resource,
    type: 'object-store',
    values: { bucket, prefix, region },
    offers: [viaIam(bucketGrants(place, access, prefix))],
    // S3 has no fixed addresses; what a workload may do there is decided by its role
    destination: { kind: 'addresses', cidrs: anywhere, port: 443 },
  };
}

/**
 * The least that a link needs. S3 asks for ListBucket also when an object is not there, without naming a prefix, and
 * answers 403 instead of 404 to who may list below a prefix only; so a request that names none passes, and may see the
 * names of other objects, not what is in them.
 */
function bucketGrants({ bucketName, keyArn }: BucketPlace, access: BucketAccess, prefix = ''): IamGrant[] {
  const arn = bucketArn(bucketName);
  const below = prefix === '' ? '*' : `${prefix}/*`;
  const condition = prefix === '' ? undefined : { StringLikeIfExists: { 's3:prefix': [below] } };
  return [
    { actions: ['s3:ListBucket'], resources: [arn], condition },
    { actions: objectActions[access], resources: [`${arn}/${below}`] },
    ...(keyArn === undefined ? [] : [{ actions: keyActions[access], resources: [keyArn] }]),
  ];
}

/** A star would reach beyond the prefix, and what starts with `${` is a variable of IAM. */
function checkPrefix(bucket: string, prefix = ''): void {
  if (/^(?!\/)[^*?${}]*(?<!\/)$/.test(prefix)) return;
  throw new PlatformError({
    what: `a prefix of bucket '${bucket}' has no slash at either end and none of * ? $ { }`,
    got: `'${prefix}'`,
    do: "write it as 'models' or 'models/v1'",
  });
}
