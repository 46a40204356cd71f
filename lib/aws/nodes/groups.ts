import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { rootVolume } from './capacity';
import { NodeGroup, type NodeZone } from './group';
import { type PlannedPool, zoneSizes } from './plan';

export interface NodeGroupsProps {
  readonly clusterName: string;
  readonly version: string;
  readonly nodeRoleArn: string;
  /** Encrypts root volumes; its policy must let AutoScaling use it. */
  readonly volumeKeyArn: string;
  /** Oldest first. */
  readonly zones: readonly NodeZone[];
  readonly pools: readonly PlannedPool[];
  /** On instances and their volumes, which the provider's default tags do not reach. */
  readonly tags: Readonly<Record<string, string>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** The nodes of a cluster: a launch template per pool, a managed node group per pool and zone. */
export class NodeGroups extends Construct {
  readonly groups: readonly NodeGroup[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NodeGroupsProps,
  ) {
    super(scope, id);
    this.groups = props.pools.flatMap((pool) => this.addPool(pool));
  }

  private addPool(pool: PlannedPool): NodeGroup[] {
    const { zones, pools: _, volumeKeyArn: __, tags: ___, ...rest } = this.props;
    const launchTemplate = this.addLaunchTemplate(pool);
    return zoneSizes(
      pool.declared,
      zones.map(({ letter }) => letter),
    ).map(({ letter, min, max }) => {
      const zone = zones.find((one) => one.letter === letter) as NodeZone;
      return new NodeGroup(this, `${pool.name}-${letter}`, { ...rest, pool, zone, min, max, launchTemplate });
    });
  }

  private addLaunchTemplate(pool: PlannedPool): LaunchTemplate {
    const { name } = pool;
    const { clusterName, volumeKeyArn } = this.props;
    const tags = { ...this.props.tags, Name: `${clusterName}-${name}` };
    return new LaunchTemplate(this, `${name}-template`, {
      namePrefix: `${clusterName}-${name}-`,
      description: `Nodes of pool ${name}`,
      updateDefaultVersion: true,
      // IMDSv2 only, and out of the reach of pods: these have roles of their own
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeType: 'gp3',
            volumeSize: rootVolume(pool),
            encrypted: 'true',
            kmsKeyId: volumeKeyArn,
            deleteOnTermination: 'true',
          },
        },
      ],
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
      lifecycle: { createBeforeDestroy: true },
    });
  }
}
