import { PlatformError, type Problem } from '../../core/errors';
import { type ZoneLetter, zoneLetters } from '../regions';
import { contains, formatRange, type Ipv4Range, overlap, parseRange, sizeOf, sliceOf } from './ipv4-range';

/** What a subnet is for: nodes and pods, load balancers and NAT, databases. */
export type Tier = 'private' | 'public' | 'database';

export const tiers: readonly Tier[] = ['private', 'public', 'database'];

/** Addresses of a network: the whole, and a subnet per tier and zone, whether the zone is in use or not. */
export interface AddressPlan {
  readonly cidr: string;
  readonly subnets: Readonly<Record<Tier, Readonly<Record<ZoneLetter, string>>>>;
}

export interface AddressPlanProps {
  /**
   * Addresses of the VPC, /16 to /19, from a private range.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string | undefined;
  /**
   * Networks that the VPC is or will be connected to, and the Kubernetes service range: none may overlap.
   * @default - nothing is compared
   */
  readonly otherNetworks?: readonly string[] | undefined;
}

/** The place of a zone in every tier: by its letter and never by its position in a list, or growing would move it. */
const slots: Readonly<Record<ZoneLetter, number>> = { a: 0, b: 1, c: 2, d: 3 };

/**
 * A tier is cut into blocks of 2^-`bits` of the VPC, the first zone's being block `first`. In a /16: private /19 from
 * 10.0.0.0, public /24 from 10.0.240.0, database /24 from 10.0.244.0. From 10.0.128.0 to 10.0.239.255 nothing is used yet.
 */
const layout: Readonly<Record<Tier, { readonly bits: number; readonly first: number }>> = {
  private: { bits: 3, first: 0 },
  public: { bits: 8, first: 240 },
  database: { bits: 8, first: 244 },
};

/** A VPC is a /16 at most; below /19 a public subnet is smaller than the /27 that a load balancer asks for. */
const largestPrefix = 19;
const smallestPrefix = 16;

/** RFC 1918 and RFC 6598: what is routed to nobody else. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/**
 * Addresses for four zones from day one: a growing network changes no subnet that there is.
 * @throws PlatformError with every problem of the ranges
 */
export function addressPlan(props: AddressPlanProps = {}): AddressPlan {
  const cidr = props.cidr ?? '10.0.0.0/16';
  const range = parseRange(cidr);
  const problems = [
    ...(range ? [...rangeProblems(cidr, range), ...overlaps(cidr, range, props.otherNetworks)] : [notIpv4(cidr)]),
    ...(props.otherNetworks ?? []).filter((other) => !parseRange(other)).map(notIpv4),
  ];
  if (!range || problems.length > 0) throw new PlatformError(...problems);

  const subnet = (tier: Tier, letter: ZoneLetter) =>
    formatRange(sliceOf(range, layout[tier].bits, layout[tier].first + slots[letter]));
  const byZone = (tier: Tier) =>
    Object.fromEntries(zoneLetters.map((letter) => [letter, subnet(tier, letter)])) as Record<ZoneLetter, string>;
  return { cidr, subnets: { private: byZone('private'), public: byZone('public'), database: byZone('database') } };
}

const notIpv4 = (cidr: string): Problem => ({
  what: 'an address range is not IPv4 in CIDR notation',
  got: `'${cidr}'`,
  do: "write it as '10.0.0.0/16'",
});

function rangeProblems(cidr: string, range: Ipv4Range): Problem[] {
  const problems: Problem[] = [];
  const got = `'${cidr}'`;
  const aligned = formatRange(range);
  if (aligned !== cidr) {
    problems.push({ what: 'an address range starts before the address given', got, do: `write '${aligned}'` });
  }
  if (range.prefix < smallestPrefix) {
    problems.push({ what: 'a VPC cannot be so large', got, do: `use a prefix from /${smallestPrefix} on` });
  }
  if (range.prefix > largestPrefix) {
    problems.push({
      what: 'the address range is too small for four zones',
      got: `${got} (${sizeOf(range)} addresses)`,
      do: `use /${smallestPrefix}, or at least /${largestPrefix} (${sizeOf({ first: 0, prefix: largestPrefix })}): it cannot be changed later`,
    });
  }
  if (!privateRanges.some((known) => contains(parseRange(known) as Ipv4Range, range))) {
    problems.push({ what: 'the address range is not private', got, do: `take it from ${privateRanges.join(', ')}` });
  }
  return problems;
}

const overlaps = (cidr: string, range: Ipv4Range, others: readonly string[] = []): Problem[] =>
  others
    .filter((other) => {
      const known = parseRange(other);
      return known && overlap(range, known);
    })
    .map((other) => ({
      what: 'the address range overlaps with another network',
      got: `'${cidr}' and '${other}'`,
      do: 'choose a range that no other network uses: it cannot be changed later',
    }));
