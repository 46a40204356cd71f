import { AutoscalingGroupTagA } from '@cdktf/provider-aws/lib/autoscaling-group-tag';
import { DataAwsEc2InstanceTypeOfferings } from '@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings';
import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { awsNames } from '../names';
import type { ZoneLetter } from '../regions';
import { ephemeralStorage } from './capacity';
import type { PlannedPool } from './plan';
import { nodeLabels, nodeTaints } from './scheduling';

/** A zone of the cluster with the private subnet of its nodes. */
export interface NodeZone {
  readonly letter: ZoneLetter;
  /** `us-east-1a`. */
  readonly zone: string;
  /** Of the subnet. */
  readonly id: string;
}

export interface NodeGroupProps {
  readonly clusterName: string;
  readonly version: string;
  readonly nodeRoleArn: string;
  readonly pool: PlannedPool;
  readonly zone: NodeZone;
  readonly min: number;
  readonly max: number;
  readonly launchTemplate: LaunchTemplate;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * The nodes of one pool in one zone: volumes live in one zone, so that an autoscaler must be able to start a node in just
 * that. Made before the old one is destroyed, wherever a change replaces it.
 */
export class NodeGroup extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: EksNodeGroup;

  constructor(scope: Construct, id: string, props: NodeGroupProps) {
    super(scope, id);
    const { clusterName, pool, zone, min, max, launchTemplate } = props;
    const instanceTypes = pool.types.map(({ name }) => name);
    this.resource = new EksNodeGroup(this, 'Resource', {
      clusterName,
      version: props.version,
      nodeGroupNamePrefix: awsNames.nodeGroupPrefix(pool.name, zone.letter),
      nodeRoleArn: props.nodeRoleArn,
      subnetIds: [zone.id],
      amiType: amiType(pool),
      capacityType: pool.declared.spot ? 'SPOT' : 'ON_DEMAND',
      instanceTypes,
      launchTemplate: { id: launchTemplate.id, version: `\${${launchTemplate.fqn}.latest_version}` },
      labels: { ...nodeLabels(pool) },
      taint: nodeTaints(pool).map(({ key, value }) => ({ key, value, effect: 'NO_SCHEDULE' })),
      // the autoscaler's business after the first apply
      scalingConfig: { minSize: min, maxSize: max, desiredSize: min },
      updateConfig: { maxUnavailable: 1 },
      dependsOn: [...props.dependsOn],
      lifecycle: {
        createBeforeDestroy: true,
        ignoreChanges: ['scaling_config[0].desired_size'],
        precondition: [this.offered(instanceTypes, pool, zone)],
      },
    });
    this.addAutoscalerTags(pool);
  }

  /** Not every zone of a region has every type: found by the plan, not after 20 minutes of apply. */
  private offered(types: readonly string[], { name }: PlannedPool, { zone }: NodeZone) {
    const offerings = new DataAwsEc2InstanceTypeOfferings(this, 'Offerings', {
      locationType: 'availability-zone',
      filter: [
        { name: 'instance-type', values: [...types] },
        { name: 'location', values: [zone] },
      ],
    });
    return {
      condition: `\${length(${offerings.fqn}.instance_types) == ${types.length}}`,
      errorMessage: `pool '${name}' has EC2 types that zone ${zone} does not offer, got ${types.join(', ')}; leave the zone out of the pool's zones, or take other types`,
    };
  }

  /**
   * What cluster-autoscaler must know of nodes that do not exist yet. It takes CPU, memory and GPUs from the EC2 type, labels
   * and taints also from `eks:DescribeNodegroup` where that answers, and for a pod that asks for ephemeral storage it starts
   * nothing unless a tag says how much there is. EKS itself writes the tags by which it finds the group
   * (`k8s.io/cluster-autoscaler/enabled` and `/<cluster>`), and copies none of ours.
   * Source: cloudprovider/aws/aws_manager.go and README.md of kubernetes/autoscaler, read on 2026-11-22.
   */
  private addAutoscalerTags(pool: PlannedPool): void {
    const template = 'k8s.io/cluster-autoscaler/node-template';
    const tags = [
      ...Object.entries(nodeLabels(pool)).map(([key, value]) => [`${template}/label/${key}`, value] as const),
      ...nodeTaints(pool).map(({ key, value, effect }) => [`${template}/taint/${key}`, `${value}:${effect}`] as const),
      [`${template}/resources/ephemeral-storage`, `${ephemeralStorage(pool)}Gi`] as const,
    ];
    const autoscalingGroupName = `\${${this.resource.fqn}.resources[0].autoscaling_groups[0].name}`;
    for (const [key, value] of tags) {
      new AutoscalingGroupTagA(this, `Tag-${key.replace(`${template}/`, '').replaceAll(/[^a-z0-9]+/g, '-')}`, {
        autoscalingGroupName,
        tag: { key, value, propagateAtLaunch: false },
      });
    }
  }
}

/** Amazon Linux 2023; with NVIDIA's driver and container toolkit where there are accelerators. */
function amiType({ device, declared: { arch } }: PlannedPool): string {
  if (device) return 'AL2023_x86_64_NVIDIA';
  return arch === 'arm64' ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD';
}
