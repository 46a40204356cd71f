import type { IConstruct } from 'constructs';
import { attempt, type Problem, problemsOf, report } from '../core/errors';
import { defaultServiceCidr, serviceCidrProblems } from './eks/service-range';
import { addressPlan } from './network/address-plan';
import { type Ipv4Range, overlap, parseRange } from './network/ipv4-range';
import { planPools } from './nodes/plan';
import type { NodePools } from './nodes/pool';
import { regionProblems, usualZones, type ZoneLetter, zoneProblems } from './regions';
import { type AwsPlace, type AwsTargetSpec, basePools, bucketIds } from './target-spec';

type Spec = AwsTargetSpec & Pick<AwsPlace, 'platform' | 'protect'>;

/**
 * A spec with its defaults. What several stacks read is checked here, so that each problem is reported once; whatever
 * has one goes on with something that has none, so that the rest is checked too.
 */
export function checkedPlace(scope: IConstruct, spec: Spec): AwsPlace {
  const sound = <T>(value: T, problems: readonly Problem[], standIn: T): T => {
    for (const problem of problems) report(scope, problem);
    return problems.length > 0 ? standIn : value;
  };
  const region = sound(spec.region, regionProblems(spec.region), 'us-east-1');
  const usual = usualZones(region).slice(0, 2);
  const zones = spec.network?.zones ?? usual;
  const soundZones = sound(zones, [...zoneProblems(zones), ...standbyProblems(spec, zones)], usual);
  return {
    ...spec,
    region,
    account: sound(spec.account, accountProblems(spec), '000000000000'),
    zones: soundZones,
    network: soundNetwork(scope, spec.network),
    pools: soundPools(scope, spec.pools ?? basePools, soundZones),
    // which certificates are missing, only a region that exists can say
    postgres: region === spec.region ? spec.postgres : { ...spec.postgres, sslMode: 'require' },
  };
}

const standbyProblems = ({ postgres }: Spec, zones: readonly ZoneLetter[]): Problem[] =>
  postgres.multiAz && new Set(zones).size < 2
    ? [
        {
          what: 'postgres.multiAz has no other zone for its standby',
          got: `network.zones ${zones.join(', ') || '[]'}`,
          do: 'add a zone, or leave multiAz out',
        },
      ]
    : [];

/** Longest name of an S3 bucket. Source: Amazon S3 user guide, "General purpose bucket naming rules". */
const longestBucketName = 63;

/** It is the end of each bucket's name, of which Terraform says nothing before it applies. */
function accountProblems({ platform, account }: Spec): Problem[] {
  const problems: Problem[] = [];
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(account)) {
    problems.push({
      what: 'account cannot be part of the name of an S3 bucket',
      got: `'${account}'`,
      do: 'use lower-case letters, digits and dashes, such as the number of the account',
    });
  }
  const longest = bucketIds
    .map((id) => `${platform}-${id}-${account}`)
    .reduce((one, other) => (other.length > one.length ? other : one));
  if (longest.length > longestBucketName) {
    problems.push({
      what: `the name of an S3 bucket would be longer than ${longestBucketName} characters`,
      got: `'${longest}' (${longest.length})`,
      do: `shorten account, or the name of the platform, by ${longest.length - longestBucketName}`,
    });
  }
  return problems;
}

/** The network's addresses, those of Services and those of other networks, of which no two may meet. */
function soundNetwork(scope: IConstruct, network: Spec['network'] = {}): AwsPlace['network'] {
  const { cidr, serviceCidr = defaultServiceCidr, otherNetworks, ...rest } = network;
  const plan = attempt(scope, () => addressPlan({ cidr, otherNetworks }));
  const problems = serviceCidrProblems(serviceCidr);
  if (plan && problems.length === 0) problems.push(...serviceOverlaps(plan.cidr, serviceCidr));
  for (const problem of problems) report(scope, problem);
  return plan && problems.length === 0 ? network : rest;
}

const serviceOverlaps = (cidr: string, serviceCidr: string): Problem[] =>
  overlap(parseRange(cidr) as Ipv4Range, parseRange(serviceCidr) as Ipv4Range)
    ? [
        {
          what: 'network.cidr overlaps with network.serviceCidr, the addresses of Services in Kubernetes',
          got: `'${cidr}' and '${serviceCidr}'`,
          do: 'choose another range for one of them: neither can be changed later',
        },
      ]
    : [];

/** All pools, or those that could be planned alone. */
function soundPools(scope: IConstruct, pools: NodePools, zones: readonly ZoneLetter[]): NodePools {
  if (attempt(scope, () => planPools(pools, zones))) return pools;
  const { system } = basePools;
  const sound = Object.entries(pools).filter(([name, pool]) => canPlan({ system, [name]: pool } as NodePools, zones));
  return { system, ...Object.fromEntries(sound) } as NodePools;
}

const canPlan = (pools: NodePools, zones: readonly ZoneLetter[]) =>
  problemsOf(() => planPools(pools, zones)).length === 0;
