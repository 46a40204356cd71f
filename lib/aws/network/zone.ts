import type { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { Eip } from '@cdktf/provider-aws/lib/eip';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Fn, type ITerraformDependable, type TerraformResourceLifecycle } from 'cdktf';
import { Construct } from 'constructs';
import { type Region, type ZoneLetter, zoneName } from '../regions';
import { platformTags } from '../tags';
import type { AddressPlan, Tier } from './address-plan';
import { networkNames } from './spec';

export interface NetworkZoneProps {
  readonly platform: string;
  readonly region: Region;
  readonly letter: ZoneLetter;
  readonly plan: AddressPlan;
  readonly vpcId: string;
  /** Zones that the account has and EKS can use. */
  readonly available: DataAwsAvailabilityZones;
  /** Route tables of the tiers that share one over all zones. */
  readonly shared: Readonly<Record<Exclude<Tier, 'private'>, RouteTable>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Tags by which controllers in the cluster find subnets. */
const discoveryTags = (platform: string): Readonly<Record<Tier, Readonly<Record<string, string>>>> => ({
  private: { 'kubernetes.io/role/internal-elb': '1', 'karpenter.sh/discovery': platform },
  public: { 'kubernetes.io/role/elb': '1' },
  database: {},
});

/** One availability zone of a network: a subnet of each tier and a private route table of its own. */
export class NetworkZone extends Construct {
  readonly subnets: Readonly<Record<Tier, Subnet>>;
  readonly privateRoutes: RouteTable;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkZoneProps,
  ) {
    super(scope, id);
    const { shared } = props;
    this.privateRoutes = this.addPrivateRoutes();
    this.subnets = {
      private: this.addSubnet('private', this.privateRoutes, this.onlyWhereAvailable()),
      public: this.addSubnet('public', shared.public),
      database: this.addSubnet('database', shared.database),
    };
  }

  /**
   * A NAT gateway with an address that stays.
   * @param internet the gateway without which it reaches nothing
   */
  addNat(internet: ITerraformDependable): NatGateway {
    const { platform, letter, tags } = this.props;
    const named = platformTags(platform, networkNames(platform).nat(letter), tags);
    const address = new Eip(this, 'NatAddress', { domain: 'vpc', tags: named, dependsOn: [internet] });
    return new NatGateway(this, 'Nat', {
      subnetId: this.subnets.public.id,
      allocationId: address.allocationId,
      tags: named,
      dependsOn: [internet],
    });
  }

  /** The way out of the private subnet. Its target changes in place when the zone gets a NAT gateway of its own. */
  routeOut(nat: NatGateway): void {
    new Route(this, 'Out', {
      routeTableId: this.privateRoutes.id,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.id,
    });
  }

  private addPrivateRoutes(): RouteTable {
    const { platform, letter, vpcId, tags } = this.props;
    const name = networkNames(platform).routeTable('private', letter);
    return new RouteTable(this, 'PrivateRoutes', { vpcId, tags: platformTags(platform, name, tags) });
  }

  private addSubnet(tier: Tier, routes: RouteTable, lifecycle?: TerraformResourceLifecycle): Subnet {
    const { platform, region, letter, plan, vpcId, tags } = this.props;
    const id = `${tier[0]?.toUpperCase()}${tier.slice(1)}`;
    const subnet = new Subnet(this, id, {
      vpcId,
      availabilityZone: zoneName(region, letter),
      cidrBlock: plan.subnets[tier][letter],
      mapPublicIpOnLaunch: false,
      tags: platformTags(platform, networkNames(platform).subnet(tier, letter), {
        ...tags,
        ...discoveryTags(platform)[tier],
      }),
      ...(lifecycle ? { lifecycle } : {}),
    });
    new RouteTableAssociation(this, `${id}Association`, { subnetId: subnet.id, routeTableId: routes.id });
    return subnet;
  }

  private onlyWhereAvailable(): TerraformResourceLifecycle {
    const { region, letter, available } = this.props;
    const zone = zoneName(region, letter);
    return {
      precondition: [
        {
          condition: Fn.contains(available.names, zone),
          errorMessage: `zone '${letter}' cannot be used, got no ${zone} among ${Fn.join(', ', available.names)}; choose zones that this account has and where EKS runs (${this.node.path})`,
        },
      ],
    };
  }
}
