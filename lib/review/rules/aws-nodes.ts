import { each, findings, type Rule, wants } from './rule';
import { at, type Block, got, isTrue, list, type Written } from './written';

const gpuTaint = 'nvidia.com/gpu';
const nodeTemplate = 'k8s.io/cluster-autoscaler/node-template';
/** AWS's own policies that a node cannot do without. Source: EKS user guide, "Amazon EKS node IAM role". */
const nodePolicies = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonSSMManagedInstanceCore',
];

const isGpu = ({ attributes }: Block) => String(attributes.ami_type).includes('NVIDIA');
const tagKeys = (group: Block, written: Written) =>
  written
    .of('aws_autoscaling_group_tag')
    .filter((tag) => written.named(tag, tag.attributes.autoscaling_group_name).includes(group))
    .map((tag) => at(tag.attributes, 'tag.key'));

export const nodeRules: readonly Rule[] = [
  {
    id: 'AWS-NODE-01',
    title: 'Pods cannot reach the credentials of their node',
    why: 'a hole in any pod would give the rights of the node: tokens are required, and end at the node itself',
    check: each('aws_launch_template', (template) => [
      wants(template, 'metadata_options.http_tokens', 'required'),
      wants(template, 'metadata_options.http_put_response_hop_limit', 1),
    ]),
  },
  {
    id: 'AWS-NODE-02',
    title: 'Root volumes are encrypted by our key',
    why: 'images, logs and emptyDirs of all pods lie on them',
    check: each('aws_launch_template', (template) =>
      list(template.attributes, 'block_device_mappings').map(
        (mapping) =>
          (!isTrue(at(mapping, 'ebs.encrypted')) || !at(mapping, 'ebs.kms_key_id')) &&
          `ebs must be encrypted by a key, got ${got(at(mapping, 'ebs'))}`,
      ),
    ),
  },
  {
    id: 'AWS-NODE-03',
    title: 'Node groups are named by prefix and made before the old ones go',
    why: 'a fixed name cannot exist twice: every change that replaces would first take all nodes away',
    check: each('aws_eks_node_group', (group) => [
      group.attributes.node_group_name !== undefined &&
        `node_group_name must not be given, got ${got(group.attributes.node_group_name)}`,
      wants(group, 'lifecycle.create_before_destroy', true),
    ]),
  },
  {
    id: 'AWS-NODE-04',
    title: 'A node group lives in one zone',
    why: 'the autoscaler would add a node in one zone for a pod whose volume is in another',
    check: each('aws_eks_node_group', ({ attributes }) => {
      const subnets = list(attributes, 'subnet_ids');
      return subnets.length !== 1 && `subnet_ids must hold one subnet, got ${subnets.length}`;
    }),
  },
  {
    id: 'AWS-NODE-05',
    title: 'Nodes live in private subnets',
    why: 'a node is nothing that the internet needs to reach',
    check: each('aws_eks_node_group', (group, written) =>
      written
        .named(group, group.attributes.subnet_ids)
        .map(
          ({ attributes, path }) =>
            (attributes.tags as Record<string, unknown> | undefined)?.['kubernetes.io/role/elb'] === '1' &&
            `its subnets must be private, got ${path}`,
        ),
    ),
  },
  {
    id: 'AWS-NODE-06',
    title: 'GPU nodes keep away what needs no GPU',
    why: 'the first small pod would hold the dearest machine for ever',
    check: each(
      'aws_eks_node_group',
      (group) =>
        isGpu(group) &&
        !list(group.attributes, 'taint').some((taint) => at(taint, 'key') === gpuTaint) &&
        `it must have the taint ${gpuTaint}, got ${got(group.attributes.taint)}`,
    ),
  },
  {
    id: 'AWS-NODE-07',
    title: "A plan leaves the autoscaler's number of nodes alone",
    why: 'each apply would take nodes away from running trainings',
    check: each(
      'aws_eks_node_group',
      ({ attributes }) =>
        !list(attributes, 'lifecycle.ignore_changes').includes('scaling_config[0].desired_size') &&
        `lifecycle.ignore_changes must hold scaling_config[0].desired_size, got ${got(at(attributes, 'lifecycle.ignore_changes'))}`,
    ),
  },
  {
    id: 'AWS-NODE-08',
    title: 'The autoscaler knows the nodes of an empty pool',
    why: 'with no node to look at, it reads labels and taints from tags of the group; without them it never starts one',
    check: each('aws_eks_node_group', (group, written) => {
      if (Number(at(group.attributes, 'scaling_config.min_size')) > 0) return undefined;
      const wanted = [
        ...Object.keys((group.attributes.labels ?? {}) as object).map((label) => `${nodeTemplate}/label/${label}`),
        ...list(group.attributes, 'taint').map((taint) => `${nodeTemplate}/taint/${at(taint, 'key')}`),
      ];
      const there = tagKeys(group, written);
      const missing = wanted.filter((key) => !there.includes(key));
      return missing.length > 0 && `its autoscaling group must have the tag ${missing.join(', ')}, got none`;
    }),
  },
  {
    id: 'AWS-NODE-09',
    title: 'The role of the nodes can join and pull, and nothing else',
    why: 'what it may do, every process on every node may do',
    check: (written) => {
      const roles = new Set(
        written.of('aws_eks_node_group').flatMap((group) => written.named(group, group.attributes.node_role_arn)),
      );
      return written.of('aws_iam_role_policy_attachment', 'aws_iam_role_policy').flatMap((policy) => {
        const name =
          String(policy.attributes.policy_arn ?? policy.path)
            .split('/')
            .at(-1) ?? '';
        const own = written.named(policy, policy.attributes.role).some((role) => roles.has(role));
        return findings(
          policy,
          own && !nodePolicies.includes(name) && `the nodes' role must not have more, got ${name}`,
        );
      });
    },
  },
  {
    id: 'AWS-NODE-10',
    title: 'Nodes wait for their routes',
    why: 'without a way out they cannot pull or join; and on the way down, they must go first',
    check: each(
      'aws_eks_node_group',
      (group, written) =>
        // a network that somebody else made has its routes already
        written.named(group, group.attributes.subnet_ids).length > 0 &&
        !written.named(group, group.attributes.depends_on).some(({ type }) => type === 'aws_route') &&
        `depends_on must hold the routes, got ${got(group.attributes.depends_on)}`,
    ),
  },
  {
    id: 'AWS-NODE-11',
    title: 'Nodes run Amazon Linux 2023',
    why: 'Amazon Linux 2 got its last EKS image in November 2025; GPU types need the image that has the driver',
    check: each('aws_eks_node_group', (group) => [
      !String(group.attributes.ami_type).startsWith('AL2023_') &&
        `ami_type must be of AL2023, got ${got(group.attributes.ami_type)}`,
      list(group.attributes, 'instance_types').some((type) => /^(g\d|p\d)/.test(String(type))) &&
        !isGpu(group) &&
        `ami_type of GPU types must be that with the driver, got ${got(group.attributes.ami_type)}`,
    ]),
  },
];
