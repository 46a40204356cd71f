import type { IConstruct } from 'constructs';
import { attempt, report } from '../../core/errors';
import { platformNameProblems } from '../../core/names';
import {
  type Region,
  regionProblems,
  usualZones,
  type ZoneLetter,
  zoneLetters,
  zoneName,
  zoneProblems,
} from '../regions';
import { type AddressPlan, type AddressPlanProps, addressPlan, type Tier } from './address-plan';

/** What every stack must know of a network to find it: the same literals everywhere. */
export interface NetworkSpec extends AddressPlanProps {
  /** Name of the platform. */
  readonly platform: string;
  readonly region: Region;
  /**
   * Letters of its availability zones, two to four. Add at the end and never reorder: a single NAT gateway stands in
   * the first, and EKS keeps its control plane in the first two.
   * @default - the region's first two
   */
  readonly zones?: readonly ZoneLetter[] | undefined;
}

/** A subnet as others use it. */
export interface Subnet {
  readonly id: string;
  readonly letter: ZoneLetter;
  /** Name of its availability zone: `eu-central-1a`. */
  readonly zone: string;
  readonly cidr: string;
}

/** A VPC with private, public and database subnets in two to four zones. */
export interface INetwork extends IConstruct {
  readonly vpcId: string;
  readonly region: Region;
  /** As they were listed, oldest first. */
  readonly zones: readonly ZoneLetter[];
  /** Addresses as literals, also of zones that are not in use. */
  readonly plan: AddressPlan;
  /**
   * Subnets of a tier, in the order of their letters.
   * @param zones only these: EKS never takes a third zone for its control plane, so give it `controlPlaneZones`
   */
  subnets(tier: Tier, zones?: readonly ZoneLetter[]): readonly Subnet[];
}

/**
 * Zones for the control plane's subnets: the two oldest. EKS accepts no subnet in a zone that was not there when the
 * cluster was made; nodes may run in every zone all the same.
 * Source: Amazon EKS user guide, "VPC and subnet requirements".
 */
export const controlPlaneZones = ({ zones }: INetwork): readonly ZoneLetter[] => zones.slice(0, 2);

/** Names of a network's parts: pure functions of the platform's name. */
export const networkNames = (platform: string) => ({
  vpc: platform,
  internetGateway: platform,
  /** The default security group, which lets nothing through. */
  defaultSecurityGroup: `${platform}-default-closed`,
  subnet: (tier: Tier, letter: ZoneLetter) => `${platform}-${tier}-${letter}`,
  routeTable: (tier: Tier, letter?: ZoneLetter) => `${platform}-${tier}${letter ? `-${letter}` : ''}`,
  /** NAT gateway of a zone, and its fixed address. */
  nat: (letter: ZoneLetter) => `${platform}-nat-${letter}`,
  s3Endpoint: `${platform}-s3`,
  flowLogs: `${platform}-flow-logs`,
  flowLogGroup: `/aws/vpc/${platform}/flow-logs`,
});

/** What a spec says, with its defaults. */
export interface ResolvedNetwork {
  readonly zones: readonly ZoneLetter[];
  readonly plan: AddressPlan;
}

/** Fills in the defaults and reports every problem on `scope`; what has a problem goes on with its default. */
export function resolveNetwork(scope: IConstruct, spec: NetworkSpec): ResolvedNetwork {
  const defaultZones = usualZones(spec.region).slice(0, 2);
  const zones = spec.zones ?? defaultZones;
  const wrongZones = zoneProblems(zones);
  for (const problem of [...platformNameProblems(spec.platform), ...regionProblems(spec.region), ...wrongZones]) {
    report(scope, problem);
  }
  return {
    zones: wrongZones.length > 0 ? defaultZones : zones,
    plan: attempt(scope, () => addressPlan(spec)) ?? addressPlan(),
  };
}

/** Subnets of a tier in the order of their letters, whatever the order in which zones were added. */
export function subnetsOf(
  network: INetwork,
  tier: Tier,
  zones: readonly ZoneLetter[],
  idOf: (letter: ZoneLetter) => string,
): readonly Subnet[] {
  return zoneLetters
    .filter((letter) => network.zones.includes(letter) && zones.includes(letter))
    .map((letter) => ({
      id: idOf(letter),
      letter,
      zone: zoneName(network.region, letter),
      cidr: network.plan.subnets[tier][letter],
    }));
}
