import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOutput } from '../../bin/output';
import type { Preset } from '../../lib/index';
import { rules, ruleTable, violations } from '../../lib/review/rules';
import { Platform } from '../../stacks/index';
import { Workbench } from '../bin/mlops';
import { example, preset, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';
import { Planted } from './planted';

const { stacks: aws } = readOutput(example('reasonable-aws'));
const shown = (stacks: typeof aws) =>
  violations(stacks).map(({ rule, what, address }) => `${rule.id} ${what} (${address})`);

const awsPreset = {
  ...preset,
  operators: { ...preset.operators, kueue: { mode: 'install' } },
  target: {
    ...awsTarget,
    apiAccess: 'private',
  },
} satisfies Preset;

test('ids are given once', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  expect(rules.length).toBeGreaterThanOrEqual(45);
});

test('the examples keep all rules', () => {
  expect(shown(aws)).toEqual([]);
  expect(shown(readOutput(example('existing-cluster')).stacks)).toEqual([]);
  expect(shown(readOutput(example('on-prem')).stacks)).toEqual([]);
});

test('a platform whose data may go breaks the rules on that, and no other', () => {
  const { outdir } = synthesized((app) => new Platform(app, { ...awsPreset, dataProtection: 'off' }));
  const found = new Set(violations(readOutput(outdir).stacks).map(({ rule }) => rule.id));
  expect([...found].sort()).toEqual(['AWS-EKS-09', 'AWS-RDS-06', 'AWS-RDS-07', 'TF-10']);
});

test('a grown platform keeps all rules', () => {
  const { outdir } = synthesized(
    (app) =>
      new Platform(app, {
        ...awsPreset,
        target: {
          ...awsPreset.target,
          network: { zones: ['a', 'b', 'c'], nat: 'per-zone' },
          postgres: { sslMode: 'require', instanceClass: 'db.m7g.large', multiAz: true, backupDays: 30 },
        },
      }),
  );
  expect(shown(readOutput(outdir).stacks)).toEqual([]);
});

test('the list of rules in the docs is the one in the code', () => {
  const document = readFileSync(join(__dirname, '../../docs/review-rules.md'), 'utf8');
  expect(/^\| rule[\s\S]*?(?=\n\n|\n$)/m.exec(document)?.[0]).toBe(ruleTable());
});

const vpc = ['aws_vpc', 'Network'] as const;
const cluster = ['aws_eks_cluster', ''] as const;
const group = ['aws_eks_node_group', 'training-a'] as const;
const template = ['aws_launch_template', 'system'] as const;
const database = ['aws_db_instance', ''] as const;
const repository = ['aws_ecr_repository', 'registry'] as const;
const bucket = ['aws_s3_bucket', 'Bucket-models'] as const;
const association = ['aws_eks_pod_identity_association', 'Registry'] as const;
const registry = ['kubernetes_deployment_v1', 'Registry'] as const;
const job = ['kubernetes_job_v1', 'Databases'] as const;
const train = ['kubernetes_cron_job_v1', 'train-delay'] as const;
const policy = ['kubernetes_network_policy_v1', 'Registry_Service_Server'] as const;
const pod = 'spec/template/spec';
const container = `${pod}/container`;
const links = ['aws_iam_role_policy', 'Registry'] as const;

/** The last one: where a fault is found that is made elsewhere. */
const foundAt = (...addresses: string[]) => addresses.at(-1) as string;

/** One thing that is wrong, by the rule that must find it, where it must find it. */
const faults: Record<string, (p: Planted) => string> = {
  'TF-01': (p) => p.stack('acme-data', 'terraform/required_version', '>= 1.5'),
  'TF-02': (p) => p.stack('acme-data', 'terraform/required_providers/aws/version', '~> 6.0'),
  'TF-03': (p) => p.add('acme-data', 'data.terraform_remote_state', 'foundation', { backend: 's3' }),
  'TF-04': (p) => p.set(...vpc, 'tags/Name', '${aws_subnet.Nowhere.id}'),
  'TF-05': (p) => p.set(...vpc, 'tags/Name', 'p--8.1e+298'),
  'TF-06': (p) => p.stack('acme-data', 'terraform/backend/s3/use_lockfile', false),
  'TF-07': (p) => p.stack('acme-platform', 'terraform/backend/s3/key', 'acme-data.tfstate'),
  'TF-08': (p) => p.stack('acme-bootstrap', 'terraform/backend/local/path', '/home/me/x.tfstate'),
  'TF-09': (p) => p.set(...database, 'password', 'hunter2'),
  'TF-10': (p) => p.set(...bucket, 'lifecycle/prevent_destroy', false),
  'TF-11': (p) => p.add('acme-platform', 'aws_db_instance', 'Own', p.get(...database)),
  'TF-12': (p) => {
    const [name] = Object.keys(p.stacks['acme-data'].ephemeral.random_password);
    return p.add('acme-data', 'aws_ssm_parameter', 'Copy', {
      value_wo: `\${ephemeral.random_password.${name}.result}`,
    });
  },

  'AWS-NET-01': (p) => p.set('aws_subnet', 'Zone-a_Private', 'map_public_ip_on_launch', true),
  'AWS-NET-02': (p) => {
    const { route_table_id: shared } = p.get('aws_route_table_association', 'Zone-a_Private');
    return p.set('aws_route_table_association', 'Zone-b_Private', 'route_table_id', shared);
  },
  'AWS-NET-03': (p) => {
    delete p.get('aws_subnet', 'Zone-b_Public').tags['kubernetes.io/role/elb'];
    return p.address(...vpc);
  },
  'AWS-NET-04': (p) => {
    p.set('aws_default_security_group', '', 'ingress', [{ protocol: '-1', self: true, from_port: 0, to_port: 0 }]);
    return p.address(...vpc);
  },
  'AWS-NET-05': (p) => p.set('aws_vpc_security_group_ingress_rule', 'Postgres', 'cidr_ipv4', '0.0.0.0/0'),
  'AWS-NET-06': (p) => foundAt(p.remove('aws_flow_log'), p.address(...vpc)),
  'AWS-NET-07': (p) => {
    p.remove('aws_vpc_endpoint_route_table_association', 'Zone-b_S3Private');
    return p.address('aws_subnet', 'Zone-b_Private');
  },
  'AWS-NET-08': (p) => {
    p.set('aws_subnet', 'Zone-a_Private', 'cidr_block', '10.0.128.0/18');
    return p.address(...vpc);
  },
  'AWS-NET-09': (p) => p.set('aws_subnet', 'Zone-b_Private', 'cidr_block', '10.1.0.0/19'),
  'AWS-NET-10': (p) => p.set(...vpc, 'enable_dns_hostnames', false),
  'AWS-NET-11': (p) => p.set('aws_route', 'Zone-a_Out', 'gateway_id', p.get('aws_route', 'PublicOut').gateway_id),
  'AWS-NET-12': (p) => p.replace('aws_iam_role_policy', 'ExternalSecrets', 'eu-west-1', 'eu-west-2'),
  'AWS-TAG-01': (p) => p.stack('acme-data', 'provider/aws/default_tags', undefined),
  'AWS-TAG-02': (p) => p.set(...template, 'tag_specifications', []),

  'AWS-EKS-01': (p) => p.set(...cluster, 'bootstrap_self_managed_addons', undefined),
  'AWS-EKS-02': (p) => p.set(...cluster, 'vpc_config/endpoint_private_access', false),
  'AWS-EKS-03': (p) => p.set(...cluster, 'vpc_config/public_access_cidrs', undefined),
  'AWS-EKS-04': (p) => p.set(...cluster, 'enabled_cluster_log_types', ['api']),
  'AWS-EKS-05': (p) => p.set(...cluster, 'depends_on', []),
  'AWS-EKS-06': (p) => p.set(...cluster, 'encryption_config', undefined),
  'AWS-EKS-07': (p) => p.set(...cluster, 'access_config/authentication_mode', 'API_AND_CONFIG_MAP'),
  'AWS-EKS-08': (p) => p.set(...cluster, 'upgrade_policy', undefined),
  'AWS-EKS-09': (p) => p.set(...cluster, 'deletion_protection', false),
  'AWS-EKS-10': (p) => p.set(...cluster, 'version', '1.35.2'),
  'AWS-EKS-11': (p) => p.replace(...group, /"aws_eks_addon\.Cluster_VpcCni_[^"]*",/, ''),
  'AWS-EKS-12': (p) => p.set('aws_eks_addon', 'CoreDns', 'depends_on', []),
  'AWS-EKS-13': (p) => p.set('aws_eks_addon', 'KubeProxy', 'addon_version', 'v1.35.0-eksbuild.2'),
  'AWS-EKS-14': (p) => p.set('aws_eks_addon', 'VpcCni', 'configuration_values', '{}'),
  'AWS-EKS-15': (p) => p.set('aws_eks_addon', 'EbsCsi', 'pod_identity_association', undefined),
  'AWS-EKS-16': (p) => foundAt(p.set('aws_eks_addon', 'EbsCsi', 'addon_name', 'ebs-csi'), p.address(...cluster)),
  'AWS-LOG-01': (p) => p.set('aws_cloudwatch_log_group', 'Cluster', 'kms_key_id', undefined),
  'AWS-LOG-02': (p) => p.set('aws_cloudwatch_log_group', 'Cluster', 'retention_in_days', undefined),

  'AWS-NODE-01': (p) => p.set(...template, 'metadata_options/http_put_response_hop_limit', 2),
  'AWS-NODE-02': (p) => p.set(...template, 'block_device_mappings/ebs/kms_key_id', undefined),
  'AWS-NODE-03': (p) => p.set(...group, 'node_group_name', 'training'),
  'AWS-NODE-04': (p) => {
    const [a] = p.get(...group).subnet_ids;
    const [b] = p.get('aws_eks_node_group', 'training-b').subnet_ids;
    return p.set(...group, 'subnet_ids', [a, b]);
  },
  'AWS-NODE-05': (p) => {
    const { subnet_id: open } = p.get('aws_nat_gateway');
    return p.set(...group, 'subnet_ids', [open]);
  },
  'AWS-NODE-06': (p) => p.set(...group, 'taint', []),
  'AWS-NODE-07': (p) => p.set(...group, 'lifecycle/ignore_changes', []),
  'AWS-NODE-08': (p) => {
    p.remove('aws_autoscaling_group_tag', 'training-a_Tag-taint');
    return p.address(...group);
  },
  'AWS-NODE-09': (p) =>
    p.set('aws_iam_role_policy_attachment', 'NodeRole', 'policy_arn', 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy'),
  'AWS-NODE-10': (p) =>
    p.set(
      ...group,
      'depends_on',
      p.get(...group).depends_on.filter((one: string) => !one.startsWith('aws_route')),
    ),
  'AWS-NODE-11': (p) => p.set(...group, 'ami_type', 'AL2_x86_64_GPU'),

  'AWS-S3-01': (p) =>
    foundAt(
      p.set('aws_s3_bucket_versioning', 'models', 'versioning_configuration/status', 'Suspended'),
      p.address(...bucket),
    ),
  'AWS-S3-02': (p) => {
    p.policy('aws_s3_bucket_policy', 'models', (statements) => statements.shift());
    return p.address(...bucket);
  },
  'AWS-S3-03': (p) =>
    foundAt(p.set('aws_s3_bucket_public_access_block', 'models', 'block_public_policy', false), p.address(...bucket)),
  'AWS-S3-04': (p) => foundAt(p.remove('aws_s3_bucket_ownership_controls', 'models'), p.address(...bucket)),
  'AWS-S3-05': (p) => {
    p.set('aws_s3_bucket_server_side_encryption_configuration', 'models', 'rule/bucket_key_enabled', false);
    return p.address(...bucket);
  },
  'AWS-S3-06': (p) => {
    p.set('aws_s3_bucket_lifecycle_configuration', 'models', 'rule/status', 'Disabled');
    return p.address(...bucket);
  },
  'AWS-S3-07': (p) => p.set(...bucket, 'force_destroy', true),
  'AWS-ECR-01': (p) => p.set(...repository, 'image_tag_mutability', 'MUTABLE'),
  'AWS-ECR-02': (p) => p.set(...repository, 'image_scanning_configuration/scan_on_push', false),
  'AWS-ECR-03': (p) => foundAt(p.remove('aws_ecr_lifecycle_policy', 'registry'), p.address(...repository)),
  'AWS-ECR-04': (p) => p.set(...repository, 'force_delete', true),

  'AWS-RDS-01': (p) => p.set(...database, 'kms_key_id', undefined),
  'AWS-RDS-02': (p) => p.set(...database, 'publicly_accessible', true),
  'AWS-RDS-03': (p) => foundAt(p.set('aws_db_parameter_group', '', 'parameter/value', '0'), p.address(...database)),
  'AWS-RDS-04': (p) => p.set(...database, 'engine_version', '17.4'),
  'AWS-RDS-05': (p) => p.set(...database, 'manage_master_user_password', undefined),
  'AWS-RDS-06': (p) => p.set(...database, 'backup_retention_period', 1),
  'AWS-RDS-07': (p) => p.set(...database, 'skip_final_snapshot', true),
  'AWS-RDS-08': (p) => {
    p.set('aws_vpc_security_group_ingress_rule', 'Postgres', 'referenced_security_group_id', undefined);
    p.set('aws_vpc_security_group_ingress_rule', 'Postgres', 'cidr_ipv4', '10.0.0.0/16');
    return p.address(...database);
  },
  'AWS-RDS-09': (p) => p.set(...database, 'depends_on', []),
  'AWS-RDS-10': (p) => p.set(...database, 'max_allocated_storage', undefined),
  'AWS-RDS-11': (p) => p.set(...database, 'performance_insights_enabled', false),
  'AWS-RDS-12': (p) => p.set(...database, 'engine_lifecycle_support', undefined),
  'AWS-COST-01': (p) =>
    p.add('acme-foundation', 'aws_budgets_budget', 'Planted', {
      notification: [{ threshold: 80 }],
      limit_amount: '500',
    }),
  'AWS-LB-01': (p) => p.add('acme-foundation', 'aws_lb', 'Planted', { name: 'acme' }),

  'AWS-KMS-01': (p) => p.set('aws_kms_key', 'DataKey', 'enable_key_rotation', false),
  'AWS-KMS-02': (p) => p.policy('aws_kms_key', 'VolumesKey', (statements) => statements.pop()),
  'AWS-KMS-03': (p) => p.policy('aws_kms_key', 'LogsKey', (statements) => statements.shift()),
  'AWS-IAM-01': (p) =>
    p.policy(...links, ([first]) => {
      first.Action = ['s3:*'];
    }),
  'AWS-IAM-02': (p) =>
    p.policy(...links, (statements) => statements.push({ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' })),
  'AWS-IAM-03': (p) => p.policy('aws_iam_role', 'Registry', ([first]) => delete first.Condition, 'assume_role_policy'),
  'AWS-IAM-04': (p) => p.add('acme-data', 'aws_iam_access_key', 'Key', { user: 'registry' }),
  'AWS-IAM-05': (p) =>
    p.set('aws_iam_role_policy_attachment', 'ClusterRole', 'policy_arn', 'arn:aws:iam::aws:policy/AdministratorAccess'),
  'AWS-IAM-06': (p) => p.set(...registry, `${pod}/service_account_name`, 'registry'),
  'AWS-IAM-07': (p) => p.set(...association, 'depends_on', undefined),
  'AWS-IAM-08': (p) => {
    const { role_arn: shared } = p.get('aws_eks_pod_identity_association', 'Registry');
    return p.set('aws_eks_pod_identity_association', 'train-delay', 'role_arn', shared);
  },
  'AWS-IAM-09': (p) =>
    p.policy(...links, ([first]) =>
      Object.assign(first, { Action: ['iam:PassRole'], Resource: ['arn:aws:iam::111122223333:role/*'] }),
    ),
  'AWS-IAM-10': (p) =>
    p.policy('aws_s3_bucket_policy', 'models', ([first]) => {
      first.Effect = 'Allow';
    }),

  'K8S-POD-01': (p) => p.set(...registry, `${container}/security_context/run_as_non_root`, undefined),
  'K8S-POD-02': (p) => p.set(...registry, `${container}/security_context/capabilities`, undefined),
  'K8S-POD-03': (p) => p.set(...registry, `${pod}/security_context/seccomp_profile`, undefined),
  'K8S-POD-04': (p) => p.set(...registry, `${pod}/automount_service_account_token`, undefined),
  'K8S-POD-05': (p) => p.set(...registry, `${container}/security_context/read_only_root_filesystem`, false),
  'K8S-POD-06': (p) => p.set(...job, `${container}/resources/limits/memory`, undefined),
  'K8S-POD-07': (p) => p.set(...registry, `${container}/readiness_probe`, undefined),
  'K8S-POD-08': (p) => p.set(...registry, `${pod}/volume`, [{ name: 'node', host_path: { path: '/' } }]),
  'K8S-POD-09': (p) => p.set(...registry, `${container}/env/name`, 'DATABASE_PASSWORD'),
  'K8S-POD-10': (p) => p.set(...registry, `${container}/image`, 'acme/registry:latest'),
  'K8S-POD-11': (p) => p.set(...train, 'spec/job_template/spec/template/spec/toleration', []),
  'K8S-POD-12': (p) =>
    p.set(...train, 'spec/job_template/spec/template/spec/node_selector', { 'nvidia.com/gpu.product': 'NVIDIA-L40S' }),
  'K8S-POD-13': (p) => p.set(...registry, `${pod}/enable_service_links`, undefined),

  'K8S-NS-01': (p) => p.replace('kubernetes_namespace_v1', 'Kueue', 'enforce":"restricted', 'enforce":"privileged'),
  'K8S-NS-02': (p) => {
    p.set('kubernetes_network_policy_v1', 'Kueue_Namespace_DefaultDeny', 'spec/ingress', [
      { ports: [{ port: '9443' }] },
    ]);
    return p.address('kubernetes_namespace_v1', 'Kueue');
  },
  'K8S-NS-03': (p) => p.set('kubernetes_secret_v1', 'Password-registry', 'metadata/namespace', 'default'),
  'K8S-NET-01': (p) => {
    p.set(...policy, 'spec/pod_selector/match_labels', { 'app.kubernetes.io/name': 'other' });
    return p.address(...registry);
  },
  'K8S-NET-02': (p) => foundAt(p.get(...policy).spec.egress.shift(), p.address(...policy)),
  'K8S-NET-03': (p) => foundAt(p.replace(...policy, '169.254.170.23/32', '169.254.169.254/32'), p.address(...registry)),
  'K8S-NET-04': (p) =>
    foundAt(p.get(...policy).spec.egress.push({ to: [{ ip_block: { cidr: '0.0.0.0/0' } }] }), p.address(...policy)),
  'K8S-NET-05': (p) => p.set(...policy, 'spec/ingress/from', undefined),
  'K8S-SEC-01': (p) => p.set('kubernetes_secret_v1', 'Password-registry', 'data', { password: 'hunter2' }),
  'K8S-SEC-02': (p) => p.add('acme-platform', 'kubernetes_config_map_v1', 'Settings', { data: { apiToken: 'abc' } }),
  'K8S-SC-01': (p) =>
    p.replace('kubernetes_storage_class_v1', 'gp3-retain', 'is-default-class":"false', 'is-default-class":"true'),
  'K8S-SC-02': (p) => p.set('kubernetes_storage_class_v1', 'gp3_', 'volume_binding_mode', 'Immediate'),

  'K8S-DEP-01': (p) => p.set(...registry, 'spec/strategy/rolling_update/max_unavailable', '1'),
  'K8S-DEP-02': (p) => foundAt(p.remove('kubernetes_pod_disruption_budget_v1', 'Registry'), p.address(...registry)),
  'K8S-DEP-03': (p) => p.set(...registry, `${pod}/topology_spread_constraint`, []),
  'K8S-DEP-04': (p) => p.set(...registry, 'spec/selector/match_labels/version', '1'),
  'K8S-DEP-05': (p) => p.set(...registry, 'timeouts', undefined),
  'K8S-JOB-01': (p) => p.set(...job, 'timeouts', undefined),
  'K8S-JOB-02': (p) => p.set(...job, 'spec/ttl_seconds_after_finished', '300'),
  'K8S-JOB-03': (p) => p.set(...train, 'spec/job_template/spec/active_deadline_seconds', undefined),
  'K8S-JOB-04': (p) => p.set(...job, 'metadata/name', 'database-bootstrap'),
  'K8S-JOB-05': (p) => p.set(...train, 'spec/suspend', false),
  'K8S-OP-01': (p) => p.set('helm_release', 'Kueue_Chart', 'version', undefined),
  'K8S-OP-02': (p) =>
    p.replace('helm_release', 'GpuOperator_Chart', /(driver.{2}: \{\\n +.{2}enabled.{2}: )false/, '$1true'),
  'K8S-OP-03': (p) =>
    p.add('acme-operators', 'helm_release', 'Plugin', {
      ...p.get('helm_release', 'Kueue_Chart'),
      chart: 'nvidia-device-plugin',
    }),
  'K8S-OP-04': (p) => p.set('helm_release', 'Kueue_Chart', 'depends_on', []),
  'K8S-OP-05': (p) => p.set('helm_release', 'Kueue_Chart', 'max_history', undefined),
  'K8S-OP-06': (p) => p.replace('helm_release', 'ExternalSecrets_Chart', '"keep\\"', '"delete\\"'),
  'K8S-PRI-01': (p) => p.set('kubernetes_priority_class_v1', 'Retraining', 'value', 1000),
};

test('each rule has a planted fault', () => {
  expect(Object.keys(faults).sort()).toEqual(rules.map(({ id }) => id).sort());
});

test.each(rules)('$id finds its fault, and only there', (rule) => {
  const planted = new Planted(aws);
  const address = faults[rule.id]?.(planted);
  const found = violations(planted.stacks, [rule]);
  expect([...new Set(found.map((one) => one.address))]).toEqual([address]);
  for (const { what } of found) expect(what).toMatch(/, got /);
});

describe('mlops review', () => {
  const bench = new Workbench();
  const review = (stacks: typeof aws, ...args: string[]) => {
    const names = Object.keys(stacks);
    const entry = (name: string) => [name, { name, synthesizedStackPath: `${name}.json` }];
    bench.write('out/manifest.json', { stacks: Object.fromEntries(names.map(entry)) });
    for (const name of names) bench.write(`out/${name}.json`, stacks[name] ?? {});
    return bench.mlops('review', '--output', 'out', ...args);
  };
  const open = new Planted(aws);
  open.set(...cluster, 'vpc_config/public_access_cidrs', ['0.0.0.0/0']);

  test('finds nothing in the example, and says how much it looked for', () => {
    const { status, stdout } = review(aws);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${rules.length} rules, nothing found in ${Object.keys(aws).length} stacks\n`,
    });
  });

  test('names rule, fault, reason and place, and exits with 1', () => {
    const { status, stderr } = review(open.stacks);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^mlops: AWS-EKS-03 public_access_cidrs must name who may connect, got \["0.0.0.0\/0"\]; .* \(acme-foundation\/Cluster\/Resource, acme-foundation: aws_eks_cluster\.Cluster_\w+\)\n$/,
    );
  });

  test('takes a reason for what it shall not say', () => {
    const { status, stdout } = review(open.stacks, '--skip', 'AWS-EKS-03=a demo for one day');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^skipped: AWS-EKS-03 \(1 found\): a demo for one day\n/);
    expect(review(open.stacks, '--skip', 'AWS-EKS-99=x').stderr).toContain('no rule is called AWS-EKS-99');
    expect(review(open.stacks, '--skip', 'AWS-EKS-03').stderr).toContain('write it as ID=reason');
  });
});
