import type { Problem } from '../../core/errors';
import { contains, formatRange, type Ipv4Range, parseRange } from '../network/ipv4-range';

/** Addresses of Services in clusters that do not say. */
export const defaultServiceCidr = '172.20.0.0/16';

/** Source: Amazon EKS API reference, KubernetesNetworkConfigRequest, in @aws-sdk/client-eks 3.1169.0. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const largest = 12;
const smallest = 24;

/** Problems of the addresses of Services, without those of the network's. */
export function serviceCidrProblems(cidr: string): Problem[] {
  const range = parseRange(cidr);
  const got = `'${cidr}'`;
  if (!range || formatRange(range) !== cidr) {
    const hint = range ? formatRange(range) : defaultServiceCidr;
    return [{ what: 'serviceCidr is not IPv4 in CIDR notation', got, do: `write it as '${hint}'` }];
  }
  const problems: Problem[] = [];
  if (range.prefix < largest || range.prefix > smallest) {
    const what = `EKS takes from /${smallest} to /${largest} for Services`;
    problems.push({ what, got, do: `leave serviceCidr out, or write it as '${defaultServiceCidr}'` });
  }
  if (!privateRanges.some((known) => contains(parseRange(known) as Ipv4Range, range))) {
    problems.push({ what: 'serviceCidr is not private', got, do: `take it from ${privateRanges.join(', ')}` });
  }
  return problems;
}
