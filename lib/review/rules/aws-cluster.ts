import { each, findings, type Rule, wants, wantsAll } from './rule';
import { at, type Block, got, isTrue, list, type Written } from './written';

const addOn = (written: Written, name: string) =>
  written.of('aws_eks_addon').find(({ attributes }) => attributes.addon_name === name);

/** Each add-on of a name. */
const eachAddOn =
  (name: string, problem: (block: Block, written: Written) => string | false | undefined) => (written: Written) =>
    written
      .of('aws_eks_addon')
      .filter(({ attributes }) => attributes.addon_name === name)
      .flatMap((block) => findings(block, problem(block, written)));

const needed = ['vpc-cni', 'kube-proxy', 'coredns', 'eks-pod-identity-agent', 'aws-ebs-csi-driver'];

export const clusterRules: readonly Rule[] = [
  {
    id: 'AWS-EKS-01',
    title: 'EKS installs no add-ons by itself',
    why: 'two of each would fight: its own without our settings, and ours',
    check: each('aws_eks_cluster', (cluster) => wants(cluster, 'bootstrap_self_managed_addons', false)),
  },
  {
    id: 'AWS-EKS-02',
    title: 'Nodes reach the API inside the network',
    why: 'their traffic would go through NAT gateway and internet, and their addresses would have to be let in',
    check: each('aws_eks_cluster', (cluster) => wants(cluster, 'vpc_config.endpoint_private_access', true)),
  },
  {
    id: 'AWS-EKS-03',
    title: 'The API is not open to the internet',
    why: 'a stolen token, or the next hole in the API server, would be enough',
    check: each('aws_eks_cluster', ({ attributes }) => {
      if (!isTrue(at(attributes, 'vpc_config.endpoint_public_access'))) return undefined;
      const cidrs = list(attributes, 'vpc_config.public_access_cidrs').map(String);
      // without a list EKS takes everybody
      return (
        (cidrs.length === 0 || cidrs.some((cidr) => cidr.endsWith('/0'))) &&
        `public_access_cidrs must name who may connect, got ${got(at(attributes, 'vpc_config.public_access_cidrs'))}`
      );
    }),
  },
  {
    id: 'AWS-EKS-04',
    title: 'The control plane logs all that it can',
    why: 'audit answers who did it, authenticator who it was; both cannot be had afterwards',
    check: each('aws_eks_cluster', ({ attributes }) =>
      wantsAll('enabled_cluster_log_types', list(attributes, 'enabled_cluster_log_types'), [
        'api',
        'audit',
        'authenticator',
        'controllerManager',
        'scheduler',
      ]),
    ),
  },
  {
    id: 'AWS-EKS-05',
    title: 'The log group of the control plane is there before the cluster',
    why: 'EKS would make it itself, without end and without our key, and the apply would fail on its name',
    check: each('aws_eks_cluster', (cluster, written) => {
      const name = `/aws/eks/${cluster.attributes.name}/cluster`;
      const before = written.named(cluster, cluster.attributes.depends_on);
      return (
        !before.some((one) => one.type === 'aws_cloudwatch_log_group' && one.attributes.name === name) &&
        `it must depend on the log group ${name}, got ${before.map(({ path }) => path).join(', ') || 'nothing'}`
      );
    }),
  },
  {
    id: 'AWS-EKS-06',
    title: 'Secrets of Kubernetes are encrypted by our key',
    why: 'who reads the backup of etcd reads them all; the key also says who may',
    check: each('aws_eks_cluster', ({ attributes }) =>
      wantsAll(
        'encryption_config.resources',
        at(attributes, 'encryption_config.provider.key_arn') ? list(attributes, 'encryption_config.resources') : [],
        ['secrets'],
      ),
    ),
  },
  {
    id: 'AWS-EKS-07',
    title: 'Access to the cluster is by access entries only',
    why: 'whoever made the cluster would be its admin for ever, and aws-auth locks everybody out with one typo',
    check: each('aws_eks_cluster', (cluster, written) => [
      wants(cluster, 'access_config.authentication_mode', 'API'),
      wants(cluster, 'access_config.bootstrap_cluster_creator_admin_permissions', false),
      written.of('aws_eks_access_entry').length === 0 && 'somebody must have an access entry, got none',
    ]),
  },
  {
    id: 'AWS-EKS-08',
    title: 'A cluster never slides into extended support',
    why: 'it costs six times as much per hour, and nobody is asked',
    check: each('aws_eks_cluster', (cluster) => wants(cluster, 'upgrade_policy.support_type', 'STANDARD')),
  },
  {
    id: 'AWS-EKS-09',
    title: 'The cluster is protected from deletion',
    why: 'a replaced cluster takes all that runs in it',
    check: each('aws_eks_cluster', (cluster) => wants(cluster, 'deletion_protection', true)),
  },
  {
    id: 'AWS-EKS-10',
    title: 'The version of Kubernetes is a minor one',
    why: 'EKS moves patch versions by itself: a pinned one plans a change that it then refuses',
    check: each(
      'aws_eks_cluster',
      ({ attributes }) =>
        !/^1\.\d+$/.test(String(attributes.version)) && `version must be like 1.35, got ${got(attributes.version)}`,
    ),
  },
  {
    id: 'AWS-EKS-11',
    title: 'Network and identities are there before the nodes',
    why: 'a node without the CNI never becomes ready, and its group fails after half an hour',
    check: each('aws_eks_node_group', (group, written) =>
      wantsAll(
        'depends_on',
        written.named(group, group.attributes.depends_on).map(({ attributes }) => attributes.addon_name),
        ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'],
      ),
    ),
  },
  {
    id: 'AWS-EKS-12',
    title: 'CoreDNS comes after the nodes',
    why: 'it has no node to run on and stays degraded until the apply gives up',
    check: eachAddOn(
      'coredns',
      (block, written) =>
        !written.named(block, block.attributes.depends_on).some(({ type }) => type === 'aws_eks_node_group') &&
        `it must depend on a node group, got ${got(block.attributes.depends_on)}`,
    ),
  },
  {
    id: 'AWS-EKS-13',
    title: "Add-ons have the version that suits the cluster's",
    why: 'a pinned one is refused after the next upgrade; the newest one makes plans dirty at random',
    check: (written) =>
      written.of('aws_eks_addon').flatMap((block) => {
        const version = block.attributes.addon_version;
        const [lookup] = written.named(block, version);
        return findings(block, [
          version !== undefined && !lookup && `addon_version must be looked up, got ${got(version)}`,
          lookup && isTrue(lookup.attributes.most_recent) && 'most_recent must be false, got true',
        ]);
      }),
  },
  {
    id: 'AWS-EKS-14',
    title: 'The CNI enforces network policies',
    why: 'otherwise default-deny is a text that nobody reads',
    check: eachAddOn(
      'vpc-cni',
      ({ attributes }) =>
        !/"enableNetworkPolicy":"?true"?/.test(String(attributes.configuration_values)) &&
        `configuration_values must have enableNetworkPolicy, got ${got(attributes.configuration_values)}`,
    ),
  },
  {
    id: 'AWS-EKS-15',
    title: 'Add-ons that call AWS have roles of their own',
    why: "the nodes' role would have to carry their rights, for every pod that reaches the metadata service",
    check: (written) =>
      ['vpc-cni', 'aws-ebs-csi-driver'].flatMap((name) =>
        eachAddOn(
          name,
          ({ attributes }) =>
            !at(attributes, 'pod_identity_association.role_arn') && 'it must have a pod identity association, got none',
        )(written),
      ),
  },
  {
    id: 'AWS-EKS-16',
    title: 'A cluster has the add-ons that it cannot do without',
    why: 'no volumes, no names, no identities: found by the first pod',
    check: each('aws_eks_cluster', (_, written) =>
      wantsAll(
        'add-ons',
        needed.filter((name) => addOn(written, name)),
        needed,
      ),
    ),
  },
];
