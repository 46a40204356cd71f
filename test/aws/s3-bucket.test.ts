import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { isIamOffer } from '../../lib/aws/iam/offer';
import { S3Bucket, type S3BucketProps } from '../../lib/aws/s3/bucket';
import { accessLogDelivery } from '../../lib/aws/s3/log-delivery';
import { StateBucket } from '../../lib/aws/s3/state-bucket';
import type { Link } from '../../lib/core/access';
import type { PlatformApp } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const region = 'eu-central-1';
const props: S3BucketProps = {
  platform: 'acme',
  bucketName: 'acme-data-example',
  region,
  encryption: { kms: keyArn },
};

function newStack(app: PlatformApp): TerraformStack {
  const stack = new TerraformStack(app, 'data');
  new AwsProvider(stack, 'Aws', { region });
  return stack;
}
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Json = any;
const rendered = (changes: Partial<S3BucketProps> = {}): Json =>
  synthesized((app) => new S3Bucket(newStack(app), 'Data', { ...props, ...changes })).resources('data');
const problems = (changes: Partial<S3BucketProps>) =>
  problemsOf((app) => new S3Bucket(newStack(app), 'Data', { ...props, ...changes }));
const without = ({ '//': _, ...attributes }: Json) => attributes;
const only = (resources: Json, type: string): Json => {
  expect(Object.keys(resources[type] ?? {})).toHaveLength(1);
  return without(Object.values(resources[type] ?? {})[0]);
};
const grants = (link: Link) =>
  link.offers
    .filter(isIamOffer)
    .flatMap((offer) =>
      offer.grants.flatMap(({ actions, resources, condition }) =>
        actions.flatMap((action) =>
          resources.map((resource) => `${action} ${resource}${condition ? ` ${JSON.stringify(condition)}` : ''}`),
        ),
      ),
    );

const bucketArn = 'arn:aws:s3:::acme-data-example';

test('a bucket is private, versioned, encrypted with our key, over TLS only, and never destroyed', () => {
  const resources = rendered();
  const bucket = `\${aws_s3_bucket.${Object.keys(resources.aws_s3_bucket)[0]}.id}`;
  expect(Object.keys(resources).sort()).toEqual([
    'aws_s3_bucket',
    'aws_s3_bucket_lifecycle_configuration',
    'aws_s3_bucket_ownership_controls',
    'aws_s3_bucket_policy',
    'aws_s3_bucket_public_access_block',
    'aws_s3_bucket_server_side_encryption_configuration',
    'aws_s3_bucket_versioning',
  ]);
  expect(only(resources, 'aws_s3_bucket')).toEqual({
    bucket: 'acme-data-example',
    force_destroy: false,
    lifecycle: { prevent_destroy: true },
    tags: { Name: 'acme-data-example', 'mlops-constructs/platform': 'acme' },
  });
  expect(only(resources, 'aws_s3_bucket_public_access_block')).toEqual({
    bucket,
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
  expect(only(resources, 'aws_s3_bucket_ownership_controls')).toEqual({
    bucket,
    rule: { object_ownership: 'BucketOwnerEnforced' },
  });
  expect(only(resources, 'aws_s3_bucket_versioning')).toEqual({
    bucket,
    versioning_configuration: { status: 'Enabled' },
  });
  expect(only(resources, 'aws_s3_bucket_server_side_encryption_configuration')).toEqual({
    bucket,
    rule: [
      {
        apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: keyArn },
        bucket_key_enabled: true,
        blocked_encryption_types: ['SSE-C'],
      },
    ],
  });
});

test('the policy refuses everything without TLS 1.2, to everybody, after public access is blocked', () => {
  const policy = only(rendered(), 'aws_s3_bucket_policy');
  const everything = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: ['s3:*'],
    Resource: [bucketArn, `${bucketArn}/*`],
  };
  expect(JSON.parse(policy.policy)).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'TlsOnly', ...everything, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Sid: 'Tls12', ...everything, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
    ],
  });
  expect(policy.depends_on).toEqual([expect.stringMatching(/^aws_s3_bucket_public_access_block\./)]);
});

test('unfinished uploads and old versions go; objects only when asked', () => {
  const all = { status: 'Enabled', filter: [{ prefix: '' }] };
  const lifecycle = (changes: Partial<S3BucketProps>) =>
    only(rendered(changes), 'aws_s3_bucket_lifecycle_configuration');
  const uploads = {
    id: 'unfinished-uploads',
    ...all,
    abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
  };
  const plain = lifecycle({});
  expect(plain.rule).toEqual([
    uploads,
    {
      id: 'old-versions',
      ...all,
      noncurrent_version_expiration: [{ noncurrent_days: 90 }],
      expiration: [{ expired_object_delete_marker: true }],
    },
  ]);
  expect(plain.depends_on).toEqual([expect.stringMatching(/^aws_s3_bucket_versioning\./)]);
  const classes = [{ afterDays: 30, storageClass: 'STANDARD_IA' }] as const;
  expect(lifecycle({ lifecycle: { keepVersionsDays: 14, expireDays: 400, classes } }).rule).toEqual([
    uploads,
    { id: 'old-versions', ...all, noncurrent_version_expiration: [{ noncurrent_days: 14 }] },
    { id: 'old-objects', ...all, expiration: [{ days: 400 }] },
    { id: 'classes', ...all, transition: [{ days: 30, storage_class: 'STANDARD_IA' }] },
  ]);
});

test('a bucket for logs: keys of S3, and a statement for who delivers them', () => {
  const logBucket = { bucketName: props.bucketName, accountId: '111122223333' };
  const resources = rendered({
    encryption: 's3',
    policy: accessLogDelivery(logBucket),
  });
  expect(only(resources, 'aws_s3_bucket_server_side_encryption_configuration').rule).toEqual([
    {
      apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' },
      bucket_key_enabled: false,
      blocked_encryption_types: ['SSE-C'],
    },
  ]);
  const { Statement } = JSON.parse(only(resources, 'aws_s3_bucket_policy').policy);
  const account = { 'aws:SourceAccount': '111122223333' };
  expect(Statement.slice(2)).toEqual([
    {
      Sid: 'AccessLogs',
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: ['s3:PutObject'],
      Resource: [`${bucketArn}/*`],
      Condition: { StringEquals: account },
    },
  ]);
});

test('a bucket whose requests are logged in another', () => {
  const accessLogs = { bucketName: 'acme-logs-example', prefix: 's3/data/' };
  expect(only(rendered({ accessLogs }), 'aws_s3_bucket_logging')).toMatchObject({
    target_bucket: 'acme-logs-example',
    target_prefix: 's3/data/',
  });
});

test('logs are delivered into a bucket whose policy lets them in by then', () => {
  const { aws_s3_bucket_logging, aws_s3_bucket_policy } = synthesized((app) => {
    const stack = newStack(app);
    const logs = new S3Bucket(stack, 'Logs', { ...props, bucketName: 'acme-logs-example', encryption: 's3' });
    new S3Bucket(stack, 'Data', { ...props, accessLogs: { bucketName: logs.deliveryName, prefix: 'data/' } });
  }).resources('data') as Json;
  const policy = Object.keys(aws_s3_bucket_policy).find((name) => name.startsWith('Logs'));
  expect(only({ aws_s3_bucket_logging }, 'aws_s3_bucket_logging').target_bucket).toBe(
    `\${aws_s3_bucket_policy.${policy}.bucket}`,
  );
});

test('data may be destroyed where the user says so, but never with objects in it', () => {
  expect(only(rendered({ protect: false }), 'aws_s3_bucket')).toMatchObject({
    force_destroy: false,
    lifecycle: { prevent_destroy: false },
  });
});

test('links: values, address, and exactly the actions that they need', () => {
  synthesized((app) => {
    const made = new S3Bucket(newStack(app), 'Data', props);
    const named = S3Bucket.fromName(app, 'Named', { bucketName: props.bucketName, region, keyArn });
    for (const bucket of [made, named]) {
      const below = '{"StringLikeIfExists":{"s3:prefix":["models/*"]}}';
      expect(grants(bucket.read('models'))).toEqual([
        `s3:ListBucket ${bucketArn} ${below}`,
        `s3:GetObject ${bucketArn}/models/*`,
        `kms:Decrypt ${keyArn}`,
      ]);
      expect(grants(bucket.write('models'))).toEqual([
        `s3:ListBucket ${bucketArn} ${below}`,
        `s3:AbortMultipartUpload ${bucketArn}/models/*`,
        `s3:ListMultipartUploadParts ${bucketArn}/models/*`,
        `s3:PutObject ${bucketArn}/models/*`,
        `kms:Decrypt ${keyArn}`,
        `kms:GenerateDataKey ${keyArn}`,
      ]);
      expect(grants(bucket.readWrite('models'))).toEqual([
        `s3:ListBucket ${bucketArn} ${below}`,
        `s3:AbortMultipartUpload ${bucketArn}/models/*`,
        `s3:DeleteObject ${bucketArn}/models/*`,
        `s3:GetObject ${bucketArn}/models/*`,
        `s3:ListMultipartUploadParts ${bucketArn}/models/*`,
        `s3:PutObject ${bucketArn}/models/*`,
        `kms:Decrypt ${keyArn}`,
        `kms:GenerateDataKey ${keyArn}`,
      ]);
      expect(grants(bucket.read())).toEqual([
        `s3:ListBucket ${bucketArn}`,
        `s3:GetObject ${bucketArn}/*`,
        `kms:Decrypt ${keyArn}`,
      ]);
      expect(bucket.read('models')).toMatchObject({
        type: 'object-store',
        values: { bucket: 'acme-data-example', prefix: 'models', region: 'eu-central-1' },
        destination: { kind: 'addresses', cidrs: ['0.0.0.0/0', '::/0'], port: 443 },
      });
    }
    const logs = S3Bucket.fromName(app, 'Logs', { bucketName: 'acme-logs-example', region });
    expect(grants(logs.read()).filter((grant) => grant.startsWith('kms:'))).toEqual([]);
  });
});

test('a prefix that would reach further than it says', () => {
  synthesized((app) => {
    const bucket = new S3Bucket(newStack(app), 'Data', props);
    const refused = (prefix: string) =>
      `a prefix of bucket 'acme-data-example' has no slash at either end and none of * ? $ { }, got '${prefix}'; write it as 'models' or 'models/v1'`;
    for (const prefix of ['mod*', '/models', 'models/', '${aws:username}', '/', 'a?'])
      expect(() => bucket.read(prefix)).toThrow(refused(prefix));
    for (const prefix of ['models', 'models/v1', '', 'm']) expect(() => bucket.read(prefix)).not.toThrow();
  });
});

test('names and days that AWS refuses at apply only, all at once', () => {
  const dashes = 'use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit';
  expect(problems({ bucketName: `Acme-${'a'.repeat(60)}`, lifecycle: { keepVersionsDays: 0 } })).toEqual([
    `name of S3 bucket has characters that AWS refuses, got 'Acme-${'a'.repeat(60)}'; ${dashes} (data/Data)`,
    `name of S3 bucket is longer than 63 characters, got 'Acme-${'a'.repeat(60)}' (65); shorten it by 2 (data/Data)`,
    'keepVersionsDays is a whole number of days, got 0; give at least 1 (data/Data)',
  ]);
  expect(problems({ bucketName: 'acme.data' })).toEqual([
    "name of S3 bucket has a dot, which S3's certificate does not cover, got 'acme.data'; use dashes (data/Data)",
  ]);
  expect(problems({ bucketName: '${TfToken[TOKEN.0]}' })).toEqual([
    'name of S3 bucket is not known at synth, got a value that is known at apply only; give a literal, which later stacks write too (data/Data)',
  ]);
  expect(problems({ lifecycle: { classes: [{ afterDays: 7, storageClass: 'STANDARD_IA' }] } })).toEqual([
    'objects move to STANDARD_IA after 30 days at the earliest, got 7; give at least 30 (data/Data)',
  ]);
});

test('the states have a bucket and a key that stay', () => {
  const bucket = { platform: 'acme', bucketName: 'acme-state-example', region } as const;
  const resources: Json = synthesized((app) => new StateBucket(newStack(app), 'State', bucket)).resources('data');
  const key = only(resources, 'aws_kms_key');
  expect(key).toMatchObject({
    enable_key_rotation: true,
    deletion_window_in_days: 30,
    lifecycle: { prevent_destroy: true },
  });
  expect(only(resources, 'aws_kms_alias').name).toBe('alias/acme-state');
  expect(only(resources, 'aws_s3_bucket')).toMatchObject({
    bucket: 'acme-state-example',
    force_destroy: false,
    lifecycle: { prevent_destroy: true },
  });
  const [keyName] = Object.keys(resources.aws_kms_key);
  const [rule] = only(resources, 'aws_s3_bucket_server_side_encryption_configuration').rule;
  expect(rule.apply_server_side_encryption_by_default.kms_master_key_id).toBe(`\${aws_kms_key.${keyName}.arn}`);
  expect(only(resources, 'aws_s3_bucket_versioning').versioning_configuration).toEqual({ status: 'Enabled' });
  const [, versions] = only(resources, 'aws_s3_bucket_lifecycle_configuration').rule;
  expect(versions.noncurrent_version_expiration).toEqual([{ noncurrent_days: 365 }]);
  const { Statement } = JSON.parse(only(resources, 'aws_s3_bucket_policy').policy);
  expect(Statement[0]).toMatchObject({ Sid: 'TlsOnly', Effect: 'Deny' });
});

/** Never run: these must not compile. */
export const typeTests = (app: PlatformApp) => {
  // @ts-expect-error no such region
  new S3Bucket(app, 'A', { ...props, region: 'eu-central-9' });
  // @ts-expect-error no such class
  new S3Bucket(app, 'B', { ...props, lifecycle: { classes: [{ afterDays: 30, storageClass: 'COLD' }] } });
  const { encryption: _, ...rest } = props;
  // @ts-expect-error a bucket says how it is encrypted
  new S3Bucket(app, 'C', rest);
};
