import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcEndpointRouteTableAssociation } from '@cdktf/provider-aws/lib/vpc-endpoint-route-table-association';
import { Construct } from 'constructs';
import { note } from '../../core/notes';
import type { IEncryptionKey } from '../kms/encryption-key';
import type { LogDays } from '../log-days';
import { type Region, type ZoneLetter, zoneIdsWithoutEks, zoneName } from '../regions';
import { platformTags } from '../tags';
import type { AddressPlan, Tier } from './address-plan';
import { FlowLogs } from './flow-logs';
import { NetworkLookup } from './lookup';
import { type INetwork, type NetworkSpec, networkNames, resolveNetwork, type Subnet, subnetsOf } from './spec';
import { NetworkZone } from './zone';

export { controlPlaneZones, type INetwork, type NetworkSpec, networkNames, type Subnet } from './spec';

export interface NetworkProps extends NetworkSpec {
  /**
   * NAT gateways: one in the first zone, or one in each. Each costs about 36 USD a month with its address (us-east-1), and its traffic; with one, a
   * failing zone takes the way out of all others with it.
   * @default 'one'
   */
  readonly nat?: 'one' | 'per-zone' | undefined;
  /**
   * Days for which flow logs are kept.
   * @default - as `FlowLogs` says: a year
   */
  readonly flowLogDays?: LogDays | undefined;
  /**
   * Encrypts the flow logs; its policy must name CloudWatch Logs, see `forLogs`.
   * @default - they get a key of their own
   */
  readonly logKey?: IEncryptionKey | undefined;
  /**
   * The key of the flow logs refuses to be destroyed by Terraform.
   * @default true
   */
  readonly protect?: boolean | undefined;
  /**
   * Further tags on everything.
   * @default - name and platform only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * The platform's VPC. Nodes and databases have no public address; nodes reach the internet by NAT and S3 by a gateway
 * endpoint without it. Zones and NAT gateways can be added at any time: nothing that is there is replaced.
 */
export class Network extends Construct implements INetwork {
  /** The network of another stack, by the same spec that made it. */
  static fromNames(scope: Construct, id: string, spec: NetworkSpec): INetwork {
    return new NetworkLookup(scope, id, spec);
  }

  readonly vpcId: string;
  readonly region: Region;
  readonly zones: readonly ZoneLetter[];
  readonly plan: AddressPlan;
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Vpc;
  private readonly parts: ReadonlyMap<ZoneLetter, NetworkZone>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkProps,
  ) {
    super(scope, id);
    const { zones, plan } = resolveNetwork(this, props);
    this.region = props.region;
    this.zones = zones;
    this.plan = plan;
    this.resource = this.addVpc();
    this.vpcId = this.resource.id;
    this.closeDefaultSecurityGroup();
    const internet = this.addInternetGateway();
    const shared = { public: this.addPublicRoutes(internet), database: this.addRouteTable('database') };
    this.parts = this.addZones(shared);
    this.addNat(internet);
    this.addS3Endpoint(shared);
    this.addFlowLogs();
  }

  subnets(tier: Tier, zones: readonly ZoneLetter[] = this.zones): readonly Subnet[] {
    return subnetsOf(this, tier, zones, (letter) => this.part(letter).subnets[tier].id);
  }

  private part(letter: ZoneLetter): NetworkZone {
    return this.parts.get(letter) as NetworkZone;
  }

  private addVpc(): Vpc {
    return new Vpc(this, 'Resource', {
      cidrBlock: this.plan.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named(this.names.vpc),
    });
  }

  /** Taken over without a rule: whoever forgets to name a security group gets one that lets nothing through. */
  private closeDefaultSecurityGroup(): void {
    new DefaultSecurityGroup(this, 'DefaultSecurityGroup', {
      vpcId: this.vpcId,
      tags: this.named(this.names.defaultSecurityGroup),
    });
  }

  private addInternetGateway(): InternetGateway {
    return new InternetGateway(this, 'InternetGateway', {
      vpcId: this.vpcId,
      tags: this.named(this.names.internetGateway),
    });
  }

  private addPublicRoutes(internet: InternetGateway): RouteTable {
    const routes = this.addRouteTable('public');
    new Route(this, 'PublicOut', {
      routeTableId: routes.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: internet.id,
    });
    return routes;
  }

  private addRouteTable(tier: 'public' | 'database'): RouteTable {
    return new RouteTable(this, tier === 'public' ? 'PublicRoutes' : 'DatabaseRoutes', {
      vpcId: this.vpcId,
      tags: this.named(this.names.routeTable(tier)),
    });
  }

  private addZones(shared: Shared): ReadonlyMap<ZoneLetter, NetworkZone> {
    const { platform, region, tags = {} } = this.props;
    const available = new DataAwsAvailabilityZones(this, 'AvailableZones', {
      excludeZoneIds: [...zoneIdsWithoutEks],
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    const common = { platform, region, tags, plan: this.plan, vpcId: this.vpcId, available, shared };
    return new Map(
      this.zones.map((letter) => [letter, new NetworkZone(this, `Zone-${letter}`, { ...common, letter })] as const),
    );
  }

  private addNat(internet: InternetGateway): void {
    const [first = 'a'] = this.zones;
    const one = this.part(first).addNat(internet);
    if (this.props.nat !== 'per-zone') {
      note(this, `nat is 'one': when zone ${zoneName(this.region, first)} fails, no node reaches the internet`);
    }
    for (const letter of this.zones) {
      const own = this.props.nat === 'per-zone' && letter !== first;
      this.part(letter).routeOut(own ? this.part(letter).addNat(internet) : one);
    }
  }

  /** Costs nothing, and keeps data sets, models and image layers off the NAT gateways. */
  private addS3Endpoint(shared: Shared): void {
    const endpoint = new VpcEndpoint(this, 'S3', {
      vpcId: this.vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${this.region}.s3`,
      tags: this.named(this.names.s3Endpoint),
    });
    const attach = (scope: Construct, id: string, { id: routeTableId }: RouteTable) =>
      new VpcEndpointRouteTableAssociation(scope, id, { vpcEndpointId: endpoint.id, routeTableId });
    attach(this, 'S3Public', shared.public);
    attach(this, 'S3Database', shared.database);
    for (const zone of this.parts.values()) attach(zone, 'S3Private', zone.privateRoutes);
  }

  private addFlowLogs(): void {
    const { platform, region, logKey: key, flowLogDays: days, protect, tags = {} } = this.props;
    new FlowLogs(this, 'FlowLogs', { platform, region, vpcId: this.vpcId, key, days, protect, tags });
  }

  private get names() {
    return networkNames(this.props.platform);
  }

  private named(name: string) {
    return platformTags(this.props.platform, name, this.props.tags);
  }
}

/** Route tables that all zones share. */
type Shared = Readonly<Record<Exclude<Tier, 'private'>, RouteTable>>;
