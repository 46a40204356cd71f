import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { DataAwsVpc } from '@cdktf/provider-aws/lib/data-aws-vpc';
import { Construct } from 'constructs';
import type { Region, ZoneLetter } from '../regions';
import { platformTags } from '../tags';
import type { AddressPlan, Tier } from './address-plan';
import { type INetwork, type NetworkSpec, networkNames, resolveNetwork, type Subnet, subnetsOf } from './spec';

/** A network of another stack, found by its names: addresses are literals, ids are read when Terraform plans. */
export class NetworkLookup extends Construct implements INetwork {
  readonly vpcId: string;
  readonly region: Region;
  readonly zones: readonly ZoneLetter[];
  readonly plan: AddressPlan;

  constructor(
    scope: Construct,
    id: string,
    private readonly spec: NetworkSpec,
  ) {
    super(scope, id);
    const { platform, region } = spec;
    const { zones, plan } = resolveNetwork(this, spec);
    this.region = region;
    this.zones = zones;
    this.plan = plan;
    this.vpcId = new DataAwsVpc(this, 'Vpc', { tags: platformTags(platform, networkNames(platform).vpc) }).id;
  }

  subnets(tier: Tier, zones: readonly ZoneLetter[] = this.zones): readonly Subnet[] {
    return subnetsOf(this, tier, zones, (letter) => this.lookup(tier, letter).id);
  }

  /** Asks AWS for those that somebody uses, and for each once. */
  private lookup(tier: Tier, letter: ZoneLetter): DataAwsSubnet {
    const { platform } = this.spec;
    const name = networkNames(platform).subnet(tier, letter);
    const known = this.node.tryFindChild(name) as DataAwsSubnet | undefined;
    return known ?? new DataAwsSubnet(this, name, { vpcId: this.vpcId, tags: platformTags(platform, name) });
  }
}
