import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { EksCluster, type EksClusterProps } from '../../lib/aws/eks/cluster';
import type { NodePools } from '../../lib/aws/nodes/pool';
import type { PlatformApp } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

type Attributes = Record<string, unknown>;
const zone = (letter: 'a' | 'b' | 'c') => ({ letter, zone: `us-east-1${letter}`, id: `subnet-${letter}` });
const pools: NodePools = {
  system: { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services', 'processing'] },
  training: { accelerator: 'L40S', min: 0, max: 2, purposes: ['training'] },
};
const key = (name: string) => `arn:aws:kms:us-east-1:111122223333:key/${name}`;
const base: EksClusterProps = {
  platform: 'acme',
  apiAccess: { publicFrom: ['203.0.113.0/24'] },
  admins: ['arn:aws:iam::111122223333:role/ops/admin'],
  zones: [zone('a'), zone('b')],
  controlPlaneSubnetIds: ['subnet-a', 'subnet-b'],
  pools,
  keys: { secretsArn: key('secrets'), volumesArn: key('volumes'), logsArn: key('logs') },
  tags: { platform: 'acme' },
  today: new Date('2026-11-22'),
};

const build =
  (props: Partial<EksClusterProps> = {}) =>
  (app: PlatformApp) => {
    const stack = new TerraformStack(app, 'foundation');
    new AwsProvider(stack, 'Aws', { region: 'us-east-1' });
    new EksCluster(stack, 'Cluster', { ...base, ...props });
  };
const made = (props: Partial<EksClusterProps> = {}) => {
  const app = synthesized(build(props));
  const json = JSON.parse(readFileSync(join(app.outdir, 'stacks', 'foundation', 'cdk.tf.json'), 'utf8'));
  const all = (type: string): [string, Attributes][] =>
    Object.entries((json.resource[type] ?? {}) as Record<string, Attributes>);
  const one = (type: string, has: string): Attributes => {
    const found = all(type).filter(([name]) => name.includes(has));
    if (found.length !== 1) throw new Error(`${found.length} of ${type} with ${has}: ${all(type).map(([n]) => n)}`);
    return (found[0] as [string, Attributes])[1];
  };
  const data = json.data as Record<string, Record<string, Attributes>>;
  return { all, one, addresses: app.addresses, data, check: json.check as Record<string, Attributes> };
};
const problems = (props: object) => problemsOf(build(props as Partial<EksClusterProps>));
const at = (text: string) => `${text} (foundation/Cluster)`;
const pool = (changes: object) => ({ pools: { ...pools, system: { ...pools.system, ...changes } } });

test('a cluster as a reviewer would have it', () => {
  const { one } = made();
  const { '//': _, depends_on, ...cluster } = one('aws_eks_cluster', 'Cluster');
  expect(cluster).toEqual({
    access_config: { authentication_mode: 'API', bootstrap_cluster_creator_admin_permissions: false },
    bootstrap_self_managed_addons: false,
    deletion_protection: true,
    enabled_cluster_log_types: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
    encryption_config: { provider: { key_arn: key('secrets') }, resources: ['secrets'] },
    kubernetes_network_config: { ip_family: 'ipv4', service_ipv4_cidr: '172.20.0.0/16' },
    name: 'acme',
    role_arn: expect.stringMatching(/^\$\{aws_iam_role\.Cluster_ClusterRole_\w+\.arn}$/),
    upgrade_policy: { support_type: 'STANDARD' },
    version: '1.35',
    vpc_config: {
      endpoint_private_access: true,
      endpoint_public_access: true,
      public_access_cidrs: ['203.0.113.0/24'],
      subnet_ids: ['subnet-a', 'subnet-b'],
    },
  });
  expect(depends_on).toEqual([
    expect.stringMatching(/^aws_iam_role_policy_attachment\.Cluster_ClusterRole-AmazonEKSClusterPolicy/),
    expect.stringMatching(/^aws_cloudwatch_log_group\./),
  ]);
  expect(one('aws_cloudwatch_log_group', 'Logs')).toMatchObject({
    name: '/aws/eks/acme/cluster',
    retention_in_days: 365,
    kms_key_id: key('logs'),
  });
});

test('a private API server, deletion protection off', () => {
  const cluster = made({ apiAccess: 'private', deletionProtection: false }).one('aws_eks_cluster', 'Cluster');
  expect(cluster.vpc_config).toEqual({
    endpoint_private_access: true,
    endpoint_public_access: false,
    subnet_ids: ['subnet-a', 'subnet-b'],
  });
  expect(cluster.deletion_protection).toBe(false);
});

test('admins by access entries', () => {
  const { one } = made();
  const id = 'Admin-111122223333-ops-admin';
  expect(one('aws_eks_access_entry', id).principal_arn).toBe('arn:aws:iam::111122223333:role/ops/admin');
  expect(one('aws_eks_access_policy_association', 'AdminPolicy-111122223333')).toMatchObject({
    access_scope: { type: 'cluster' },
    policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
    principal_arn: expect.stringMatching(/^\$\{aws_eks_access_entry\.Cluster_Admin-111122223333-ops-admin_/),
  });
});

test('add-ons at the version that is the default of the cluster', () => {
  const { all, data } = made();
  const versions = Object.values(data.aws_eks_addon_version ?? {});
  expect(versions.map(({ addon_name }) => addon_name).sort()).toEqual([
    'aws-ebs-csi-driver',
    'coredns',
    'eks-pod-identity-agent',
    'kube-proxy',
    'vpc-cni',
  ]);
  expect(versions.every((v) => v.kubernetes_version === '1.35' && v.most_recent === false)).toBe(true);
  for (const [, addOn] of all('aws_eks_addon')) {
    expect(addOn.addon_version).toMatch(/^\$\{data\.aws_eks_addon_version\.\w+\.version}$/);
  }
  expect(made().one('aws_eks_addon', 'VpcCni').configuration_values).toBe('{"enableNetworkPolicy":"true"}');
});

test('the order of a first apply: cluster, credentials, network, nodes, what runs on them', () => {
  const { one, all } = made();
  const needs = (name: string) =>
    (one('aws_eks_addon', name).depends_on as string[]).map((id) => id.split('_').slice(0, -1).join('_'));
  expect(needs('PodIdentityAgent')).toEqual(['aws_eks_cluster.Cluster']);
  expect(needs('VpcCni')).toEqual([
    'aws_eks_cluster.Cluster',
    'aws_eks_addon.Cluster_PodIdentityAgent',
    'aws_iam_role_policy_attachment.Cluster_VpcCni_Managed',
  ]);
  for (const [, group] of all('aws_eks_node_group')) {
    expect((group.depends_on as string[]).map((id) => id.replace(/_[0-9A-F]+$/, ''))).toEqual([
      'aws_iam_role_policy_attachment.Cluster_NodeRole-AmazonEKSWorkerNodePolicy',
      'aws_iam_role_policy_attachment.Cluster_NodeRole-AmazonEC2ContainerRegistryPullOnly',
      'aws_eks_addon.Cluster_PodIdentityAgent',
      'aws_eks_addon.Cluster_VpcCni',
      'aws_eks_addon.Cluster_KubeProxy',
    ]);
  }
  for (const name of ['CoreDns', 'EbsCsi']) {
    expect(needs(name).filter((id) => id.startsWith('aws_eks_node_group'))).toHaveLength(4);
  }
});

test('nodes wait for the routes that they need', () => {
  const [, group] = made({ nodesAfter: [{ fqn: 'aws_route.out' }] }).all('aws_eks_node_group')[0] ?? [];
  expect(group?.depends_on).toContain('aws_route.out');
});

test('a node group per pool and zone', () => {
  const { one, all } = made();
  expect(all('aws_eks_node_group')).toHaveLength(4);
  const {
    '//': _,
    depends_on,
    node_role_arn,
    launch_template,
    lifecycle,
    ...group
  } = one('aws_eks_node_group', 'training-a');
  expect(group).toEqual({
    ami_type: 'AL2023_x86_64_NVIDIA',
    capacity_type: 'ON_DEMAND',
    cluster_name: 'acme',
    instance_types: ['g6e.xlarge'],
    labels: {
      'k8s.amazonaws.com/accelerator': 'nvidia-l40s',
      'mlops-constructs/accelerator': 'l40s',
      'mlops-constructs/pool': 'training',
    },
    node_group_name_prefix: 'training-a-',
    scaling_config: { desired_size: 0, max_size: 1, min_size: 0 },
    subnet_ids: ['subnet-a'],
    taint: [{ effect: 'NO_SCHEDULE', key: 'nvidia.com/gpu', value: 'present' }],
    update_config: { max_unavailable: 1 },
    version: '1.35',
  });
  expect(lifecycle).toMatchObject({
    create_before_destroy: true,
    ignore_changes: ['scaling_config[0].desired_size'],
    precondition: [
      {
        condition: expect.stringMatching(
          /^\$\{length\(data\.aws_ec2_instance_type_offerings\.\S+\.instance_types\) == 1}$/,
        ),
        error_message:
          "pool 'training' has EC2 types that zone us-east-1a does not offer, got g6e.xlarge; leave the zone out of the pool's zones, or take other types",
      },
    ],
  });
  expect(launch_template).toEqual({
    id: expect.stringMatching(/training-template_\w+\.id}$/),
    version: expect.stringMatching(/training-template_\w+\.latest_version}$/),
  });
  expect(one('aws_eks_node_group', 'system-b')).toMatchObject({
    ami_type: 'AL2023_x86_64_STANDARD',
    labels: { 'mlops-constructs/pool': 'system' },
    scaling_config: { desired_size: 1, max_size: 2, min_size: 1 },
    taint: [],
  });
});

test('nodes with IMDSv2 out of the reach of pods, and encrypted roots', () => {
  const { '//': _, ...template } = made().one('aws_launch_template', 'training-template');
  const tags = { Name: 'acme-training', platform: 'acme' };
  expect(template).toEqual({
    block_device_mappings: [
      {
        device_name: '/dev/xvda',
        ebs: {
          delete_on_termination: 'true',
          encrypted: 'true',
          kms_key_id: key('volumes'),
          volume_size: 100,
          volume_type: 'gp3',
        },
      },
    ],
    description: 'Nodes of pool training',
    lifecycle: { create_before_destroy: true },
    metadata_options: { http_endpoint: 'enabled', http_put_response_hop_limit: 1, http_tokens: 'required' },
    name_prefix: 'acme-training-',
    tag_specifications: [
      { resource_type: 'instance', tags },
      { resource_type: 'volume', tags },
      { resource_type: 'network-interface', tags },
    ],
    update_default_version: true,
  });
});

test('a plan warns where whoever runs it is none of the admins, whatever the path of their role', () => {
  const admins = ['arn:aws:iam::111122223333:role/ops/admin', 'arn:aws:iam::444455556666:role/ci'];
  const { check, data } = made({ admins });
  expect(Object.keys(data.aws_caller_identity ?? {})).toEqual(['Account']);
  expect(check).toEqual({
    'Cluster-admins': {
      assert: [
        {
          condition:
            '${anytrue([for role in ["111122223333:assumed-role/admin/","444455556666:assumed-role/ci/"] : strcontains(data.aws_caller_identity.Account.arn, role)])}',
          error_message:
            "whoever runs this is none of the cluster's admins, got ${data.aws_caller_identity.Account.arn}; add the role to admins, or run the stacks operators, data and platform with one of them: the API server will answer Unauthorized (foundation/Cluster)",
        },
      ],
    },
  });
});

test('autoscaler tags tell what a node of an empty group will carry', () => {
  const tags = made()
    .all('aws_autoscaling_group_tag')
    .filter(([name]) => name.includes('training-a'))
    .map(([, { autoscaling_group_name, tag }]) => {
      expect(autoscaling_group_name).toMatch(
        /^\$\{aws_eks_node_group\.Cluster_Nodes_training-a_\w+\.resources\[0]\.autoscaling_groups\[0]\.name}$/,
      );
      const { key: name, value, propagate_at_launch: onNodes } = tag as Record<string, string>;
      expect(onNodes).toBe(false);
      return `${name?.replace('k8s.io/cluster-autoscaler/node-template/', '')}=${value}`;
    });
  expect(tags.sort()).toEqual([
    'label/k8s.amazonaws.com/accelerator=nvidia-l40s',
    'label/mlops-constructs/accelerator=l40s',
    'label/mlops-constructs/pool=training',
    'resources/ephemeral-storage=88Gi',
    'taint/nvidia.com/gpu=present:NoSchedule',
  ]);
});

test('every role: who takes it, and what it may do', () => {
  const { all } = made();
  const table = all('aws_iam_role').map(([id, role]) => {
    const [trust] = JSON.parse(role.assume_role_policy as string).Statement;
    const of = (type: string) => all(type).filter(([, { role: name }]) => name === `\${aws_iam_role.${id}.name}`);
    const managed = of('aws_iam_role_policy_attachment').map(([, { policy_arn }]) => policy_arn);
    const inline = of('aws_iam_role_policy').flatMap(([, { policy }]) =>
      JSON.parse(policy as string).Statement.flatMap(({ Action, Resource }: { Action: string[]; Resource: string[] }) =>
        Action.flatMap((action) => Resource.map((resource) => `${action} × ${resource}`)),
      ),
    );
    const tags = trust.Condition?.StringEquals ?? {};
    return [role.name, [trust.Principal.Service, ...Object.values(tags)].join(' '), ...managed, ...inline];
  });
  expect(table.sort()).toEqual([
    ['acme-eks-cluster', 'eks.amazonaws.com', 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy'],
    [
      'acme-eks-node',
      'ec2.amazonaws.com',
      'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    ],
    [
      'acme.kube-system.aws-node',
      'pods.eks.amazonaws.com acme kube-system aws-node',
      'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
    ],
    [
      'acme.kube-system.ebs-csi-controller-sa',
      'pods.eks.amazonaws.com acme kube-system ebs-csi-controller-sa',
      'arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2',
      `kms:CreateGrant × ${key('volumes')}`,
      `kms:ListGrants × ${key('volumes')}`,
      `kms:RevokeGrant × ${key('volumes')}`,
      `kms:Decrypt × ${key('volumes')}`,
      `kms:DescribeKey × ${key('volumes')}`,
      `kms:Encrypt × ${key('volumes')}`,
      `kms:GenerateDataKey × ${key('volumes')}`,
      `kms:GenerateDataKeyWithoutPlaintext × ${key('volumes')}`,
      `kms:ReEncryptFrom × ${key('volumes')}`,
      `kms:ReEncryptTo × ${key('volumes')}`,
    ],
  ]);
});

test('growing keeps every address: a zone, a pool, an admin', () => {
  const small = made();
  const large = made({
    zones: [zone('a'), zone('b'), zone('c')],
    admins: ['arn:aws:iam::111122223333:role/other', ...base.admins, ...base.admins],
    pools: { processing: { instanceTypes: ['m7a.2xlarge'], min: 0, max: 9, purposes: ['processing'] }, ...pools },
  });
  const [before, grown] = [small.addresses, large.addresses];
  expect(before.filter((address) => !grown.includes(address))).toEqual([]);
  expect(grown.length).toBeGreaterThan(before.length);
  // what of a node group forces replacement
  const fixed = ({ all }: typeof small) =>
    Object.fromEntries(
      all('aws_eks_node_group').map(([id, { ami_type, capacity_type, instance_types, subnet_ids, ...rest }]) => [
        id,
        { ami_type, capacity_type, instance_types, subnet_ids, prefix: rest.node_group_name_prefix },
      ]),
    );
  expect(fixed(large)).toMatchObject(fixed(small));
  expect(large.one('aws_eks_cluster', 'Cluster')).toEqual(small.one('aws_eks_cluster', 'Cluster'));
});

test('a shared accelerator, spot and Graviton', () => {
  const { one } = made({
    pools: {
      ...pools,
      mig: { accelerator: 'A100 40GB', mig: '3g.20gb', count: 8, zones: ['b'], min: 1, max: 1, purposes: ['training'] },
      arm: {
        instanceTypes: ['m7g.xlarge', 'm8g.xlarge'],
        arch: 'arm64',
        spot: true,
        min: 0,
        max: 2,
        purposes: ['processing'],
      },
    },
  });
  expect(one('aws_eks_node_group', 'mig-b')).toMatchObject({
    instance_types: ['p4d.24xlarge'],
    labels: { 'mlops-constructs/accelerator': 'a100-40gb-mig-3g.20gb', 'nvidia.com/mig.config': 'all-3g.20gb' },
  });
  expect(one('aws_eks_node_group', 'arm-a')).toMatchObject({
    ami_type: 'AL2023_ARM_64_STANDARD',
    capacity_type: 'SPOT',
    instance_types: ['m7g.xlarge', 'm8g.xlarge'],
    taint: [{ key: 'mlops-constructs/pool', value: 'arm', effect: 'NO_SCHEDULE' }],
  });
});

test('everything that is wrong with a cluster, all at once', () => {
  expect(
    problems({
      version: '1.33',
      apiAccess: { publicFrom: ['0.0.0.0/0', 'office'] },
      admins: ['arn:aws:sts::111122223333:assumed-role/admin/me'],
      controlPlaneSubnetIds: ['subnet-a'],
      ...pool({ spot: true, min: 0 }),
    }),
  ).toEqual(
    [
      "standard support of EKS version 1.33 has ended, got '1.33', supported until 2026-07-29; use '1.34' or '1.35', one minor version at a time",
      "apiAccess.publicFrom opens the API server to the internet, got '0.0.0.0/0'; name the addresses of your office and your runners, or set apiAccess to 'private'",
      "apiAccess.publicFrom is not an IPv4 CIDR, got 'office'; write it as '203.0.113.0/24'",
      "an admin of the cluster is not an IAM role, got 'arn:aws:sts::111122223333:assumed-role/admin/me'; write the role's ARN with its path, not that of a session: 'arn:aws:iam::111122223333:role/admin'",
      'the control plane of EKS needs subnets in two zones, got 1; add one to controlPlaneSubnetIds',
      "pool 'system' cannot run on spot, got spot: true; leave out spot: what starts nodes runs there",
      "pool 'system' needs a node at all times, got a minimum of 0; set min to 1 or more",
    ].map(at),
  );
});
