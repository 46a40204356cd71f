import { namespaceLabel, partOf } from '../core/labels';
import { tcp } from '../core/peers';
import type { OperatorNetwork } from './spec';

const dns = {
  to: [{ namespaceSelector: { matchLabels: { [namespaceLabel]: 'kube-system' } } }],
  ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)],
};

/** Opens an operator's namespace, in which nothing may talk to anything else, to the ports that it needs. */
export const networkPolicy = (namespace: string, platform: string, { ingress, egress }: OperatorNetwork) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  // Helm itself says who manages it
  metadata: { name: 'operator', namespace, labels: { 'app.kubernetes.io/name': 'operator', ...partOf(platform) } },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    // a rule without ports or peers lets in and out everything
    ingress: [ingress === 'any' ? {} : { ports: tcp(...ingress) }],
    egress: egress === 'any' ? [{}] : [dns, { ports: tcp(...egress) }],
  },
});
