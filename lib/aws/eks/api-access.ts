import { Token } from 'cdktf';
import type { Problem } from '../../core/errors';
import { contains, type Ipv4Range, parseRange } from '../network/ipv4-range';

/** Who reaches the API server of a cluster over the network: named addresses, or only whoever is inside the network. */
export type ApiAccess = { readonly publicFrom: readonly string[] } | 'private';

/** RFC 1918, RFC 6598 and link-local addresses. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'];
const isPrivate = (range: Ipv4Range) => privateRanges.some((known) => contains(parseRange(known) as Ipv4Range, range));

/** Everything that is wrong with the addresses. */
export function apiAccessProblems(access: ApiAccess): Problem[] {
  if (access === 'private') return [];
  const { publicFrom } = access;
  if (publicFrom.length === 0) {
    return [
      {
        what: 'apiAccess.publicFrom names no addresses',
        got: '[]',
        do: "name those of your office and your runners, or set apiAccess to 'private'",
      },
    ];
  }
  return publicFrom.filter((cidr) => !Token.isUnresolved(cidr)).flatMap(addressProblems);
}

function addressProblems(cidr: string): Problem[] {
  const range = parseRange(cidr);
  const got = `'${cidr}'`;
  if (range === undefined) {
    return [{ what: 'apiAccess.publicFrom is not an IPv4 CIDR', got, do: "write it as '203.0.113.0/24'" }];
  }
  if (isPrivate(range)) {
    return [
      {
        what: 'apiAccess.publicFrom is private: nobody comes from there over the internet',
        got,
        do: "name the addresses that your network shows to the internet, or set apiAccess to 'private'",
      },
    ];
  }
  if (range.prefix >= 8) return [];
  return [
    {
      what: 'apiAccess.publicFrom opens the API server to the internet',
      got,
      do: "name the addresses of your office and your runners, or set apiAccess to 'private'",
    },
  ];
}
