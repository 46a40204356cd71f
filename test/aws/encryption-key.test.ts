import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { EncryptionKey, type EncryptionKeyProps } from '../../lib/aws/kms/encryption-key';
import { forAutoScaling, forLogs } from '../../lib/aws/kms/key-users';
import type { PlatformApp } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

const basics = { platform: 'acme', name: 'data', description: 'Everything that acme keeps' };
const account = '${data.aws_caller_identity.Account.account_id}';

function newStack(app: PlatformApp, id: string) {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  return stack;
}
function build(changes: Partial<EncryptionKeyProps> = {}) {
  const { outdir } = synthesized((app) => {
    new EncryptionKey(newStack(app, 'foundation'), 'Key', { ...basics, ...changes });
  });
  return read(outdir, 'foundation');
}
const read = (outdir: string, stack: string) =>
  JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
const only = (block: object, type: string): any => {
  const found = Object.values((block as Record<string, object>)[type] ?? {});
  expect(found).toHaveLength(1);
  return found[0];
};

const administration = {
  Sid: 'Account',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ['kms:*'],
  Resource: ['*'],
};
const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

test('rotates, can be saved for 30 days, refuses to be destroyed, and has a name', () => {
  const { resource } = build({ tags: { team: 'ml' } });
  const key = only(resource, 'aws_kms_key');
  expect(key).toMatchObject({
    description: 'Everything that acme keeps',
    enable_key_rotation: true,
    deletion_window_in_days: 30,
    lifecycle: { prevent_destroy: true },
    tags: { team: 'ml', Name: 'acme-data', 'mlops-constructs/platform': 'acme' },
  });
  expect(only(resource, 'aws_kms_alias').name).toBe('alias/acme-data');
  expect(JSON.parse(key.policy)).toEqual({ Version: '2012-10-17', Statement: [administration] });
});

test('protection can be turned off, and nothing else changes', () => {
  const [on, off] = [true, false].map((protect) => only(build({ protect }).resource, 'aws_kms_key'));
  expect(off).toEqual({ ...on, lifecycle: { prevent_destroy: false } });
});

test('CloudWatch Logs may use it for the named log groups of this account only', () => {
  const users = [forLogs('eu-central-1', ['/aws/eks/acme/cluster', '/aws/vpc/acme/*'])];
  expect(JSON.parse(only(build({ users }).resource, 'aws_kms_key').policy).Statement).toEqual([
    administration,
    {
      Sid: 'CloudWatchLogs',
      Effect: 'Allow',
      Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
      Action: use,
      Resource: ['*'],
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [
            `arn:aws:logs:eu-central-1:${account}:log-group:/aws/eks/acme/cluster`,
            `arn:aws:logs:eu-central-1:${account}:log-group:/aws/vpc/acme/*`,
          ],
        },
      },
    },
  ]);
});

test('Auto Scaling may use it for volumes, and hand it on to AWS services only', () => {
  const { resource, data } = build({ users: [forAutoScaling()] });
  const key = only(resource, 'aws_kms_key');
  const Principal = {
    AWS: `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
  expect(JSON.parse(key.policy).Statement).toEqual([
    administration,
    { Sid: 'AutoScaling', Effect: 'Allow', Principal, Action: use, Resource: ['*'] },
    {
      Sid: 'AutoScalingGrants',
      Effect: 'Allow',
      Principal,
      Action: ['kms:CreateGrant'],
      Resource: ['*'],
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ]);
  const roles = '/aws-service-role/autoscaling.amazonaws.com/';
  const [[id, found] = []] = Object.entries<object>(data.aws_iam_roles);
  expect(found).toMatchObject({ path_prefix: roles });
  expect(key.lifecycle.precondition).toEqual([
    {
      condition: `\${contains(tolist(data.aws_iam_roles.${id}.names), "AWSServiceRoleForAutoScaling")}`,
      error_message: `the account has no role AWSServiceRoleForAutoScaling, got none below ${roles}; make it once: aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com (foundation/Key)`,
    },
  ]);
});

test('the account is asked for once per stack', () => {
  const users = [forAutoScaling(), forLogs('eu-central-1', ['x'])];
  const { outdir } = synthesized((app) => {
    const stack = newStack(app, 'foundation');
    new EncryptionKey(stack, 'One', { ...basics, users });
    new EncryptionKey(stack, 'Two', { ...basics, name: 'logs', users });
  });
  expect(Object.keys(read(outdir, 'foundation').data.aws_caller_identity)).toEqual(['Account']);
});

test('another stack finds it by its name', () => {
  const arns: string[] = [];
  const { outdir } = synthesized((app) => {
    arns.push(EncryptionKey.fromName(newStack(app, 'data'), 'Key', { platform: 'acme', name: 'data' }).keyArn);
  });
  const { data, resource } = read(outdir, 'data');
  expect(resource).toBeUndefined();
  expect(only(data, 'aws_kms_alias').name).toBe('alias/acme-data');
  expect(arns).toHaveLength(1);
});

test('a name that AWS refuses', () => {
  const bad = (app: PlatformApp) =>
    new EncryptionKey(newStack(app, 'foundation'), 'Key', { ...basics, name: 'my data' });
  expect(problemsOf(bad)).toEqual([
    "name of KMS alias has characters that AWS refuses, got 'alias/acme-my data'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (foundation/Key)",
  ]);
});
