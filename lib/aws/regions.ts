import type { Problem } from '../core/errors';

/**
 * Regions of the commercial partition (`arn:aws:`).
 * Source: partitions.json of botocore 1.44.5, read on 2026-11-22.
 */
export const regions = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-central-1',
  'ca-west-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'me-west-1',
  'mx-central-1',
  'sa-east-1',
  'sa-west-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
] as const;

/** A region of the commercial partition. */
export type Region = (typeof regions)[number];

/** Letters of availability zones that the address plan has a place for, for ever. */
export const zoneLetters = ['a', 'b', 'c', 'd'] as const;

/** The last letter of an availability zone's name. */
export type ZoneLetter = (typeof zoneLetters)[number];

/** Regions that do not simply have a, b and c. Letters differ between old accounts: a plan asks AWS. */
const otherZones: Partial<Record<Region, readonly ZoneLetter[]>> = {
  'ap-northeast-1': ['a', 'c', 'd'],
  'ap-northeast-2': ['a', 'b', 'c', 'd'],
  'ca-central-1': ['a', 'b', 'd'],
  'us-east-1': ['a', 'b', 'c', 'd'],
  'us-west-1': ['a', 'c'],
  'us-west-2': ['a', 'b', 'c', 'd'],
};

/** Zones that a new account usually has, at most four: what defaults are taken from. */
export const usualZones = (region: Region): readonly ZoneLetter[] => otherZones[region] ?? ['a', 'b', 'c'];

/** Name of an availability zone: `zoneName('eu-central-1', 'a')` → `'eu-central-1a'`. */
export const zoneName = (region: Region, letter: ZoneLetter) => `${region}${letter}`;

/**
 * Zones in which EKS takes no subnets, by the id that is the same in every account.
 * Source: Amazon EKS user guide, "VPC and subnet considerations", and eksctl's list, read on 2026-11-22.
 */
export const zoneIdsWithoutEks: readonly string[] = ['use1-az3', 'usw1-az2', 'cac1-az3'];

/** Problems of a region's name. */
export function regionProblems(region: string): Problem[] {
  if ((regions as readonly string[]).includes(region)) return [];
  const area = regions.filter((known) => known.split('-')[0] === region.split('-')[0]);
  return [
    {
      what: 'the region is unknown',
      got: `'${region}'`,
      do: `use one of ${(area.length > 0 ? area : regions).join(', ')}`,
    },
  ];
}

/** Problems of a list of zones: letters without a place, twice the same, fewer than EKS and RDS need. */
export function zoneProblems(zones: readonly string[]): Problem[] {
  const problems: Problem[] = zones
    .filter((zone) => !(zoneLetters as readonly string[]).includes(zone))
    .map((zone) => ({
      what: 'a zone has no place in the address plan',
      got: `'${zone}'`,
      do: `give the last letter of its name, one of ${zoneLetters.join(', ')}`,
    }));
  const distinct = new Set(zones);
  if (distinct.size < zones.length) {
    problems.push({ what: 'a zone is listed twice', got: zones.join(', '), do: 'list each zone once' });
  }
  if (distinct.size < 2) {
    problems.push({
      what: 'a network needs two zones',
      got: zones.join(', ') || 'none',
      do: 'add one to zones: EKS and RDS refuse subnets in fewer than two',
    });
  }
  return problems;
}
