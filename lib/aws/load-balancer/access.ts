import { Token } from 'cdktf';
import type { Problem } from '../../core/errors';
import type { GatewayAccess, GatewayNeed } from '../../core/gateway';
import { parseRange } from '../network/ipv4-range';

/** Networks that a gateway lets in. */
export function sourcesOf(access: GatewayAccess, ownNetwork: string): readonly string[] {
  if (access === 'private') return [ownNetwork];
  return 'publicFrom' in access ? access.publicFrom : access.privateFrom;
}

export const isPublic = (access: GatewayAccess): boolean => access !== 'private' && 'publicFrom' in access;

/** Everything that is wrong with what was said of a gateway. */
export function gatewayProblems({ access, tls, hostnames }: GatewayNeed): Problem[] {
  const problems = access === 'private' ? [] : rangeProblems(access);
  if (hostnames.length === 0) {
    problems.push({
      what: "operators.gateway has mode 'install', and nothing is behind it",
      got: 'no host name',
      do: "give one to a service, such as registry.hostname, or set the mode to 'off'",
    });
  }
  if (tls !== undefined && tls !== 'own-ca' && !isPublic(access)) {
    problems.push({
      what: 'operators.gateway.tls.acme needs a gateway on the internet',
      got: `access ${JSON.stringify(access)}`,
      do: "set access to { publicFrom: [...] }, or tls to 'own-ca'",
    });
  }
  return problems;
}

function rangeProblems(access: Exclude<GatewayAccess, 'private'>): Problem[] {
  const [key, cidrs] = 'publicFrom' in access ? ['publicFrom', access.publicFrom] : ['privateFrom', access.privateFrom];
  const where = `operators.gateway.access.${key}`;
  const fix = `name the addresses of those who use it, or set access to 'private'`;
  if (cidrs.length === 0) return [{ what: `${where} names no addresses`, got: '[]', do: fix }];
  return cidrs.flatMap((cidr) => {
    if (Token.isUnresolved(cidr)) return [];
    const range = parseRange(cidr);
    if (!range) return [{ what: `${where} is not an IPv4 CIDR`, got: `'${cidr}'`, do: "write it as '203.0.113.0/24'" }];
    if (range.prefix >= 8) return [];
    return [{ what: `${where} lets the whole internet in`, got: `'${cidr}'`, do: fix }];
  });
}
