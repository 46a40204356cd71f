import { statementsOf } from './policies';
import { each, type Problem, type Rule, wants } from './rule';
import { at, type Block, got, isTrue, list, type Written } from './written';

/** Each bucket with the resource of a type that configures it. */
const withPart = (type: string, problem: (part: Block) => Problem | readonly Problem[]) =>
  each('aws_s3_bucket', (bucket, written) => {
    const [part] = partsOf(written, type, bucket);
    return part ? problem(part) : `it must have ${type}, got none`;
  });

const partsOf = (written: Written, type: string, bucket: Block) =>
  written.of(type).filter((one) => written.named(one, one.attributes.bucket).includes(bucket));

const closed = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

export const storageRules: readonly Rule[] = [
  {
    id: 'AWS-S3-01',
    title: 'Buckets keep old versions',
    why: 'what a wrong job overwrites or deletes is gone otherwise',
    check: withPart('aws_s3_bucket_versioning', (part) => wants(part, 'versioning_configuration.status', 'Enabled')),
  },
  {
    id: 'AWS-S3-02',
    title: 'Buckets refuse requests without TLS',
    why: 'S3 answers on port 80 too',
    check: withPart('aws_s3_bucket_policy', (part) => {
      const denies = statementsOf(part.attributes.policy).filter(
        ({ effect, condition }) => effect === 'Deny' && at(condition, 'Bool.aws:SecureTransport') === 'false',
      );
      return denies.length === 0 && 'its policy must deny aws:SecureTransport false, got no such statement';
    }),
  },
  {
    id: 'AWS-S3-03',
    title: 'Buckets cannot be made public',
    why: 'one wrong policy or object ACL is enough',
    check: withPart('aws_s3_bucket_public_access_block', (part) => closed.map((key) => wants(part, key, true))),
  },
  {
    id: 'AWS-S3-04',
    title: 'The owner of a bucket owns its objects',
    why: 'otherwise who writes an object decides who reads it',
    check: withPart('aws_s3_bucket_ownership_controls', (part) =>
      wants(part, 'rule.object_ownership', 'BucketOwnerEnforced'),
    ),
  },
  {
    id: 'AWS-S3-05',
    title: 'Buckets encrypt by a key of ours, one call per bucket and not per object',
    why: 'the key says who reads; without a bucket key each object costs a call to KMS. Log delivery takes AES256 only',
    check: withPart('aws_s3_bucket_server_side_encryption_configuration', (part) => {
      const byDefault = at(part.attributes, 'rule.apply_server_side_encryption_by_default');
      if (at(byDefault, 'sse_algorithm') === 'AES256')
        return (
          !/logs?($|-|_)/i.test(part.path.split('/').at(-2) ?? '') && 'sse_algorithm must be aws:kms, got "AES256"'
        );
      return [
        wants(part, 'rule.apply_server_side_encryption_by_default.sse_algorithm', 'aws:kms'),
        !at(byDefault, 'kms_master_key_id') && 'kms_master_key_id must name a key, got nothing',
        wants(part, 'rule.bucket_key_enabled', true),
      ];
    }),
  },
  {
    id: 'AWS-S3-06',
    title: 'Buckets clean up old versions and broken uploads',
    why: 'both cost as much as data, and no listing shows them',
    check: withPart('aws_s3_bucket_lifecycle_configuration', (part) => {
      const rules = list(part.attributes, 'rule').filter((rule) => at(rule, 'status') === 'Enabled');
      return ['abort_incomplete_multipart_upload', 'noncurrent_version_expiration'].map(
        (key) => !rules.some((rule) => at(rule, key)) && `an enabled rule must have ${key}, got none`,
      );
    }),
  },
  {
    id: 'AWS-S3-07',
    title: 'A bucket that is not empty cannot be destroyed',
    why: 'force_destroy deletes every version without asking',
    check: each('aws_s3_bucket', (bucket) => wants(bucket, 'force_destroy', false)),
  },
  {
    id: 'AWS-ECR-01',
    title: 'A pushed tag stays what it is',
    why: 'what was tested under a tag would not be what runs under it',
    check: each('aws_ecr_repository', ({ attributes }) =>
      !String(attributes.image_tag_mutability).startsWith('IMMUTABLE')
        ? `image_tag_mutability must be IMMUTABLE, got ${got(attributes.image_tag_mutability)}`
        : undefined,
    ),
  },
  {
    id: 'AWS-ECR-02',
    title: 'Images are scanned when they are pushed',
    why: 'known holes are then known',
    check: each('aws_ecr_repository', (one) => wants(one, 'image_scanning_configuration.scan_on_push', true)),
  },
  {
    id: 'AWS-ECR-03',
    title: 'Repositories forget old images',
    why: 'images of gigabytes pile up with every build',
    check: each(
      'aws_ecr_repository',
      (repository, written) =>
        !written
          .of('aws_ecr_lifecycle_policy')
          .some((one) => written.named(one, one.attributes.repository).includes(repository)) &&
        'it must have a lifecycle policy, got none',
    ),
  },
  {
    id: 'AWS-ECR-04',
    title: 'Images are encrypted by a key of ours, and kept',
    why: 'the key can only be chosen when the repository is made',
    check: each('aws_ecr_repository', (repository) => [
      wants(repository, 'encryption_configuration.encryption_type', 'KMS'),
      isTrue(repository.attributes.force_delete) && 'force_delete must be false, got true',
    ]),
  },
];
