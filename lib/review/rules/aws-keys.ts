import { allows, keyOf, statementsOf } from './policies';
import { each, findings, type Rule, wants } from './rule';
import { at, type Block, got, list, type Written } from './written';

const keysOf = (written: Written, types: readonly string[], value: (block: Block) => unknown) =>
  new Set(
    written.of(...types).flatMap((block) =>
      list(value(block)).flatMap((one) => {
        const key = keyOf(written, block, one);
        return key ? [key] : [];
      }),
    ),
  );

const volumeKeys = (written: Written) =>
  keysOf(written, ['aws_launch_template'], ({ attributes }) =>
    list(attributes, 'block_device_mappings').map((one) => at(one, 'ebs.kms_key_id')),
  );

/** Keys, and the logs that they encrypt. */
export const keyRules: readonly Rule[] = [
  {
    id: 'AWS-KMS-01',
    title: 'Keys are rotated, and can be had back for a month',
    why: 'what a deleted key encrypted is lost, whoever deleted it',
    check: each('aws_kms_key', (key) => [
      wants(key, 'enable_key_rotation', true),
      Number(key.attributes.deletion_window_in_days ?? 30) < 30 &&
        `deletion_window_in_days must be 30, got ${got(key.attributes.deletion_window_in_days)}`,
    ]),
  },
  {
    id: 'AWS-KMS-02',
    title: 'AutoScaling may use the key of the volumes, and create grants',
    why: 'no node starts without it, and the only trace is in the activity of the autoscaling group',
    check: (written) =>
      [...volumeKeys(written)].flatMap((key) => {
        const statements = statementsOf(key.attributes.policy);
        return findings(
          key,
          ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:CreateGrant'].map(
            (action) =>
              !allows(statements, /AWSServiceRoleForAutoScaling/, action) &&
              `its policy must let AWSServiceRoleForAutoScaling do ${action}, got no such statement`,
          ),
        );
      }),
  },
  {
    id: 'AWS-KMS-03',
    title: 'The account can always change the policy of a key',
    why: 'a key that nobody may administer can only be had back from AWS support',
    check: each('aws_kms_key', ({ attributes }) => {
      const statements = statementsOf(attributes.policy);
      return (
        statements.length > 0 &&
        !allows(statements, /:root$/, 'kms:PutKeyPolicy') &&
        'its policy must let the account do kms:*, got no such statement'
      );
    }),
  },
  {
    id: 'AWS-LOG-01',
    title: 'Log groups are encrypted by a key that lets CloudWatch Logs in',
    why: "without the service's name in the key's policy the group cannot be made",
    check: each('aws_cloudwatch_log_group', (group, written) => {
      const { kms_key_id: id } = group.attributes;
      if (id === undefined) return 'kms_key_id must name a key, got nothing';
      const key = keyOf(written, group, id);
      return (
        key &&
        !/"Service":\s*\[?"logs\./.test(String(key.attributes.policy)) &&
        `the policy of ${key.path} must let logs.<region>.amazonaws.com use it, got no such principal`
      );
    }),
  },
  {
    id: 'AWS-LOG-02',
    title: 'Logs are kept for a year, not for ever',
    why: 'intrusions are found after months; without an end the bill grows with the age of the platform',
    check: each('aws_cloudwatch_log_group', ({ attributes }) => {
      const days = Number(attributes.retention_in_days ?? 0);
      return days < 365 && `retention_in_days must be 365 or more, got ${got(attributes.retention_in_days)}`;
    }),
  },
];
