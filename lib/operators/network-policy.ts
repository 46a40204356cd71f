import type { OperatorNetwork } from './spec';

const tcp = (ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));

const dns = {
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Opens an operator's namespace, in which nothing may talk to anything else, to the ports that it needs. */
export const networkPolicy = (namespace: string, { ingress, egress }: OperatorNetwork) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'operator', namespace },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    // a rule without ports or peers lets in and out everything
    ingress: [ingress === 'any' ? {} : { ports: tcp(ingress) }],
    egress: egress === 'any' ? [{}] : [dns, { ports: tcp(egress) }],
  },
});
