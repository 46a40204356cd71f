import { partOf } from '../core/labels';
import { type Dns, lookUp } from '../core/network-rules';
import { peerSelector, tcp } from '../core/peers';
import type { OperatorNetwork } from './spec';

export interface OperatorPolicyProps {
  readonly platform: string;
  readonly namespace: string;
  readonly network: OperatorNetwork;
  /** @default - pods of kube-system, at port 53 */
  readonly dns?: Dns | undefined;
}

/** Opens an operator's namespace, in which nothing may talk to anything else, to the ports that it needs. */
export function operatorPolicy({ platform, namespace, network: { ingress, egress }, dns }: OperatorPolicyProps) {
  const names = lookUp(dns);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    // Helm itself says who manages it
    metadata: { name: 'operator', namespace, labels: { 'app.kubernetes.io/name': 'operator', ...partOf(platform) } },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      // a rule without ports or peers lets in and out everything
      ingress: [ingress === 'any' ? {} : { ports: tcp(...ingress) }],
      egress:
        egress === 'any'
          ? [{}]
          : [{ to: names.to.map(peerSelector), ports: [...names.ports] }, { ports: tcp(...egress) }],
    },
  };
}
