import { Token } from 'cdktf';
import type { Problem } from '../../core/errors';
import { parseRange } from '../network/ipv4-range';

/** Who reaches the API server of a cluster over the network: named addresses, or only whoever is inside the network. */
export type ApiAccess = { readonly publicFrom: readonly string[] } | 'private';

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
  return publicFrom.flatMap((cidr) => {
    if (Token.isUnresolved(cidr)) return [];
    const range = parseRange(cidr);
    if (range === undefined) {
      return [
        { what: 'apiAccess.publicFrom is not an IPv4 CIDR', got: `'${cidr}'`, do: "write it as '203.0.113.0/24'" },
      ];
    }
    if (range.prefix >= 8) return [];
    return [
      {
        what: 'apiAccess.publicFrom opens the API server to the internet',
        got: `'${cidr}'`,
        do: "name the addresses of your office and your runners, or set apiAccess to 'private'",
      },
    ];
  });
}
