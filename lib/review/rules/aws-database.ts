import { each, type Rule, wants } from './rule';
import { at, type Block, got, list, strings, type Written } from './written';

const postgres = 'aws_db_instance';

/** Rules of security groups that a database has. */
const ingressOf = (written: Written, database: Block) => {
  const groups = written.named(database, database.attributes.vpc_security_group_ids);
  return written
    .of('aws_vpc_security_group_ingress_rule')
    .filter((rule) => written.named(rule, rule.attributes.security_group_id).some((group) => groups.includes(group)));
};

export const databaseRules: readonly Rule[] = [
  {
    id: 'AWS-RDS-01',
    title: 'A database is encrypted by a key of ours',
    why: 'it can only be chosen when the database is made; snapshots inherit it',
    check: each(postgres, (database) => [
      wants(database, 'storage_encrypted', true),
      !database.attributes.kms_key_id && 'kms_key_id must name a key, got nothing',
    ]),
  },
  {
    id: 'AWS-RDS-02',
    title: 'A database has no public address',
    why: 'pods are its only clients',
    check: each(postgres, (database) => wants(database, 'publicly_accessible', false)),
  },
  {
    id: 'AWS-RDS-03',
    title: 'A database refuses connections without TLS',
    why: 'passwords and rows would cross the network in clear',
    check: each(postgres, (database, written) => {
      const [group] = written.named(database, database.attributes.parameter_group_name);
      const forced = list(group?.attributes, 'parameter').find((one) => at(one, 'name') === 'rds.force_ssl');
      return at(forced, 'value') !== '1' && `rds.force_ssl must be 1, got ${got(at(forced, 'value'))}`;
    }),
  },
  {
    id: 'AWS-RDS-04',
    title: 'Only the major version of a database is given',
    why: 'AWS patches minor ones by itself; a full version plans a downgrade, which it refuses',
    check: each(postgres, ({ attributes }) =>
      /^\d+$/.test(String(attributes.engine_version))
        ? undefined
        : `engine_version must be a major one, got ${got(attributes.engine_version)}`,
    ),
  },
  {
    id: 'AWS-RDS-05',
    title: 'RDS keeps the master password itself',
    why: 'it is in no state and no plan, and is rotated',
    check: each(postgres, (database) => [
      wants(database, 'manage_master_user_password', true),
      !database.attributes.master_user_secret_kms_key_id &&
        'master_user_secret_kms_key_id must name a key, got nothing',
    ]),
  },
  {
    id: 'AWS-RDS-06',
    title: 'Backups reach back a week, and outlive the database',
    why: 'a wrong migration is often noticed after a weekend',
    check: each(postgres, ({ attributes }) => [
      Number(attributes.backup_retention_period ?? 0) < 7 &&
        `backup_retention_period must be 7 days or more, got ${got(attributes.backup_retention_period)}`,
      attributes.delete_automated_backups !== false &&
        `delete_automated_backups must be false, got ${got(attributes.delete_automated_backups)}`,
    ]),
  },
  {
    id: 'AWS-RDS-07',
    title: 'A database is not deleted without a last snapshot',
    why: 'a plan that replaces it would take experiments and models with it',
    check: each(postgres, (database) => [
      wants(database, 'deletion_protection', true),
      wants(database, 'skip_final_snapshot', false),
    ]),
  },
  {
    id: 'AWS-RDS-08',
    title: 'Only the nodes reach a database',
    why: 'a range of addresses lets in whatever gets one of them',
    check: each(postgres, (database, written) => {
      const rules = ingressOf(written, database);
      if (rules.length === 0) return 'its security group must let the nodes in, got no rule';
      return rules.map(
        ({ attributes, path }) =>
          !attributes.referenced_security_group_id &&
          `${path} must name a security group, got ${strings(attributes.cidr_ipv4 ?? attributes).join(', ')}`,
      );
    }),
  },
  {
    id: 'AWS-RDS-09',
    title: 'Log groups of a database are there before it',
    why: 'RDS would make them itself, without end and without our key',
    check: each(postgres, (database, written) => {
      const groups = written
        .named(database, database.attributes.depends_on)
        .map(({ attributes }) => String(attributes.name));
      return list(database.attributes, 'enabled_cloudwatch_logs_exports').map((log) => {
        const name = `/aws/rds/instance/${database.attributes.identifier}/${log}`;
        return !groups.includes(name) && `it must depend on the log group ${name}, got ${groups.join(', ') || 'none'}`;
      });
    }),
  },
  {
    id: 'AWS-RDS-10',
    title: 'A database grows before it is full',
    why: 'a full one stops, and all that writes to it',
    check: each(
      postgres,
      ({ attributes }) =>
        Number(attributes.max_allocated_storage ?? 0) <= Number(attributes.allocated_storage) &&
        `max_allocated_storage must be above ${got(attributes.allocated_storage)}, got ${got(attributes.max_allocated_storage)}`,
    ),
  },
  {
    id: 'AWS-RDS-11',
    title: 'What waits in a database can be seen',
    why: 'without insights a slow registry is a guess',
    check: each(postgres, (database) => wants(database, 'performance_insights_enabled', true)),
  },
  {
    id: 'AWS-RDS-12',
    title: 'A database never slides into extended support',
    why: 'it is billed per vCPU and hour, and nobody is asked',
    check: each(postgres, (database) =>
      wants(database, 'engine_lifecycle_support', 'open-source-rds-extended-support-disabled'),
    ),
  },
  {
    id: 'AWS-COST-01',
    title: 'A budget tells somebody',
    why: 'AWS stops nothing: a budget without a subscriber guards nothing',
    check: each('aws_budgets_budget', ({ attributes }) => {
      const told = list(attributes, 'notification').some(
        (one) => list(one, 'subscriber_email_addresses').length + list(one, 'subscriber_sns_topic_arns').length > 0,
      );
      return !told && `a notification must have subscribers, got ${list(attributes, 'notification').length} without`;
    }),
  },
  {
    id: 'AWS-LB-01',
    title: 'A load balancer is protected from deletion',
    why: 'its name is in DNS and in what others call: another one is another name',
    check: each('aws_lb', (balancer) => wants(balancer, 'enable_deletion_protection', true)),
  },
];
