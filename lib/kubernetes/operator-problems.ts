import type { Problem } from '../core/errors';
import type { Installs } from '../core/target';
import type { TargetOperators, Wanted } from './operators';

/** Operators that need others which are off, and a gateway that nobody can reach. */
export function operatorProblems({ gateway, barmanCloud }: Wanted, operators: TargetOperators): Problem[] {
  const problems: Problem[] = [];
  const users = [
    ...(gateway ? ["operators.gateway with mode 'install'"] : []),
    ...(barmanCloud ? ['postgres.backup'] : []),
  ];
  if (users.length > 0 && operators.certManager?.mode === 'off') {
    problems.push({
      what: `${users.join(' and ')} needs cert-manager`,
      got: "target.operators.certManager.mode 'off'",
      do: "set it to 'install', or to 'existing' where it is there",
    });
  }
  if (gateway && gateway.hostnames.length === 0) {
    problems.push({
      what: "operators.gateway has mode 'install', and nothing is behind it",
      got: 'no host name',
      do: "give one to a service, such as registry.hostname, or set the mode to 'off'",
    });
  }
  if (gateway?.tls !== undefined && gateway.tls !== 'own-ca' && !isPublic(gateway.access)) {
    problems.push({
      what: 'operators.gateway.tls.acme needs a gateway on the internet',
      got: `access ${JSON.stringify(gateway.access)}`,
      do: "set access to { publicFrom: [...] }, or tls to 'own-ca'",
    });
  }
  return problems;
}

const isPublic = (access: NonNullable<Installs['gateway']>['access']) => access !== 'private' && 'publicFrom' in access;
