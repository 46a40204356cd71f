import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { NamedGrant } from '../iam/statement';
import { AddOn } from './add-on';

interface AddOnsProps {
  readonly clusterName: string;
  readonly version: string;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * What must be there when the first node joins: credentials for pods, then the network that makes a node ready. The agent
 * runs in the host's network and needs none itself.
 */
export function addOnsBeforeNodes(scope: Construct, props: AddOnsProps): AddOn[] {
  const agent = new AddOn(scope, 'PodIdentityAgent', { ...props, name: 'eks-pod-identity-agent' });
  const dependsOn = [...props.dependsOn, agent.resource];
  const network = new AddOn(scope, 'VpcCni', {
    ...props,
    name: 'vpc-cni',
    identity: {
      serviceAccount: 'aws-node',
      managedPolicyArn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
    },
    configuration: { enableNetworkPolicy: 'true' },
    dependsOn,
  });
  return [agent, network, new AddOn(scope, 'KubeProxy', { ...props, name: 'kube-proxy' })];
}

/** What runs as pods and is degraded until there are nodes for it. */
export const addOnsAfterNodes = (scope: Construct, props: AddOnsProps & { readonly volumeKeyArn: string }): AddOn[] => [
  new AddOn(scope, 'CoreDns', { ...props, name: 'coredns' }),
  new AddOn(scope, 'EbsCsi', {
    ...props,
    name: 'aws-ebs-csi-driver',
    identity: {
      serviceAccount: 'ebs-csi-controller-sa',
      managedPolicyArn: 'arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2',
      grants: volumeKeyGrants(props.volumeKeyArn),
    },
  }),
];

/** Volumes of our own key. Source: EKS user guide, "Store Kubernetes volumes with Amazon EBS", custom KMS key. */
const volumeKeyGrants = (keyArn: string): NamedGrant[] => [
  {
    name: 'GrantVolumeKey',
    actions: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
    resources: [keyArn],
    condition: { Bool: { 'kms:GrantIsForAWSResource': ['true'] } },
  },
  {
    name: 'UseVolumeKey',
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: [keyArn],
  },
];
