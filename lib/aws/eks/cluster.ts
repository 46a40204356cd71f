import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { EksCluster as Resource } from '@cdktf/provider-aws/lib/eks-cluster';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { attempt, report } from '../../core/errors';
import { note } from '../../core/notes';
import { serviceTrust } from '../iam/statement';
import { type LogDays, logDaysProblems } from '../log-days';
import { awsNames, type PlatformRole } from '../names';
import type { NodeGroup, NodeZone } from '../nodes/group';
import { NodeGroups } from '../nodes/groups';
import { type PlannedPool, planPools } from '../nodes/plan';
import type { NodePools } from '../nodes/pool';
import { addOnsAfterNodes, addOnsBeforeNodes } from './add-ons';
import { addAdmins, adminProblems } from './admins';
import { type ApiAccess, apiAccessProblems } from './api-access';
import { defaultServiceCidr, serviceCidrProblems } from './service-range';
import { defaultEksVersion, type EksVersion, eksVersionNotice, eksVersionProblems } from './versions';

export interface EksClusterProps {
  /** Name of the platform, as a literal: it names the cluster and its roles, and later stacks find the cluster by it. */
  readonly platform: string;
  /** @default '1.35' */
  readonly version?: EksVersion | undefined;
  readonly apiAccess: ApiAccess;
  /** ARNs of the IAM roles that may do everything in the cluster; the one that runs Terraform must be among them. */
  readonly admins: readonly string[];
  /** Zones of the nodes with their private subnets: oldest first, add at the end. */
  readonly zones: readonly NodeZone[];
  /**
   * Private subnets of the control plane in two zones, for ever: EKS takes none in a zone that was not there at first.
   */
  readonly controlPlaneSubnetIds: readonly string[];
  readonly pools: NodePools;
  readonly keys: {
    /** Of Kubernetes Secrets. */
    readonly secretsArn: string;
    /** Of root volumes and those of pods; its policy must let AutoScaling use it. */
    readonly volumesArn: string;
    /** Of the control plane's logs; its policy must let CloudWatch Logs use it. */
    readonly logsArn: string;
  };
  /**
   * Days for which the logs of the control plane are kept.
   * @default 365
   */
  readonly logRetentionDays?: LogDays | undefined;
  /**
   * EKS refuses to delete the cluster until this is off.
   * @default true
   */
  readonly deletionProtection?: boolean | undefined;
  /**
   * Addresses of Services; must not meet those of the network, and cannot be changed.
   * @default '172.20.0.0/16'
   */
  readonly serviceCidr?: string | undefined;
  /**
   * Routes by which nodes reach registries and the API: without them the first ones fail to join, and on the way down the
   * last ones cannot leave.
   * @default - there already
   */
  readonly nodesAfter?: readonly ITerraformDependable[] | undefined;
  /**
   * Tags of instances and their volumes, which the provider's default tags do not reach.
   * @default - a name only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * The date on which support of the version is judged.
   * @default - today
   */
  readonly today?: Date | undefined;
}

/** A Kubernetes cluster on EKS, with its nodes. Made once; later stacks reach it by name, see `EksByName`. */
export class EksCluster extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Resource;
  readonly nodeGroups: readonly NodeGroup[];
  private readonly clusterName: string;
  private readonly version: EksVersion;

  /** @throws PlatformError with everything that is wrong with names or pools */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: EksClusterProps,
  ) {
    super(scope, id);
    this.clusterName = awsNames.cluster(props.platform);
    this.version = props.version ?? defaultEksVersion;
    this.checkProps();
    const pools = attempt(this, () =>
      planPools(
        props.pools,
        props.zones.map(({ letter }) => letter),
      ),
    );
    this.resource = this.addCluster();
    addAdmins(this, this.resource.name, props.admins);
    this.nodeGroups = this.addNodes(pools ?? []);
  }

  /** The security group of control plane and nodes. */
  get securityGroupId(): string {
    return this.resource.vpcConfig.clusterSecurityGroupId;
  }

  private checkProps(): void {
    const { apiAccess, admins, controlPlaneSubnetIds: subnets, today, serviceCidr, logRetentionDays } = this.props;
    const problems = [
      ...eksVersionProblems(this.version, today),
      ...apiAccessProblems(apiAccess),
      ...adminProblems(admins),
      ...(serviceCidr === undefined ? [] : serviceCidrProblems(serviceCidr)),
      ...(logRetentionDays === undefined ? [] : logDaysProblems(logRetentionDays)),
    ];
    if (subnets.length < 2) {
      problems.push({
        what: 'the control plane of EKS needs subnets in two zones',
        got: `${subnets.length}`,
        do: 'add one to controlPlaneSubnetIds',
      });
    }
    for (const problem of problems) report(this, problem);
    const notice = eksVersionNotice(this.version, today);
    if (notice) note(this, notice);
    note(
      this,
      "the IAM role that runs Terraform must be one of the cluster's admins: the one that makes it gets no rights",
    );
  }

  private addCluster(): Resource {
    const {
      apiAccess,
      keys,
      controlPlaneSubnetIds,
      deletionProtection = true,
      serviceCidr = defaultServiceCidr,
    } = this.props;
    const role = this.addRole('ClusterRole', 'eks-cluster', ['AmazonEKSClusterPolicy']);
    return new Resource(this, 'Resource', {
      name: this.clusterName,
      version: this.version,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: [...controlPlaneSubnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: apiAccess !== 'private',
        ...(apiAccess === 'private' ? {} : { publicAccessCidrs: [...apiAccess.publicFrom] }),
      },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: serviceCidr },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: { provider: { keyArn: keys.secretsArn }, resources: ['secrets'] },
      enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      upgradePolicy: { supportType: 'STANDARD' },
      bootstrapSelfManagedAddons: false,
      deletionProtection,
      dependsOn: [...role.policies, this.addLogGroup()],
    });
  }

  /** Before the cluster: EKS would make it itself, without an end and without our key. */
  private addLogGroup(): CloudwatchLogGroup {
    const { logRetentionDays = 365, keys } = this.props;
    return new CloudwatchLogGroup(this, 'Logs', {
      name: awsNames.clusterLogGroup(this.clusterName),
      retentionInDays: logRetentionDays,
      kmsKeyId: keys.logsArn,
    });
  }

  /** Network and credentials first, then nodes, then what runs on them. */
  private addNodes(pools: readonly PlannedPool[]): readonly NodeGroup[] {
    const { zones, keys, tags = {}, nodesAfter = [] } = this.props;
    const { clusterName, version } = this;
    const shared = { clusterName, version };
    const before = addOnsBeforeNodes(this, { ...shared, dependsOn: [this.resource] });
    const role = this.addRole('NodeRole', 'eks-node', [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEC2ContainerRegistryPullOnly',
    ]);
    const { groups } = new NodeGroups(this, 'Nodes', {
      ...shared,
      nodeRoleArn: role.arn,
      volumeKeyArn: keys.volumesArn,
      zones,
      pools,
      tags,
      dependsOn: [...role.policies, ...before.map(({ resource }) => resource), ...nodesAfter],
    });
    addOnsAfterNodes(this, {
      ...shared,
      volumeKeyArn: keys.volumesArn,
      dependsOn: groups.map(({ resource }) => resource),
    });
    return groups;
  }

  private addRole(id: string, role: PlatformRole, managed: readonly string[]) {
    const service = role === 'eks-cluster' ? 'eks' : 'ec2';
    const made = new IamRole(this, id, {
      name: awsNames.role(this.clusterName, role),
      assumeRolePolicy: serviceTrust(service),
    });
    const policies: ITerraformDependable[] = managed.map(
      (name) =>
        new IamRolePolicyAttachment(this, `${id}-${name}`, {
          role: made.name,
          policyArn: `arn:aws:iam::aws:policy/${name}`,
        }),
    );
    return { arn: made.arn, policies };
  }
}
