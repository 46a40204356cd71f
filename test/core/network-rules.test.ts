import { callerLabels, type NetworkNeeds, networkRules } from '../../lib/core/network-rules';

const dns = {
  to: [{ namespaceLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};
const postgres = { kind: 'addresses', cidrs: ['10.0.0.0/8', 'fd00::/8'], port: 5432 } as const;
const registry = {
  kind: 'pods',
  namespace: 'acme',
  labels: { 'app.kubernetes.io/name': 'registry' },
  port: 5000,
  callerLabel: 'mlops-constructs/client-of-registry',
} as const;
const inFrom = (...from: object[]) => [{ from, ports: [{ protocol: 'TCP', port: 5000 }] }];
const namespace = (name: string) => ({ namespaceLabels: { 'kubernetes.io/metadata.name': name } });
const callers = {
  namespaceLabels: { 'mlops-constructs/platform': 'acme' },
  podLabels: { 'mlops-constructs/client-of-registry': 'true' },
};
const server = { platform: 'acme', port: 5000, callerLabel: 'mlops-constructs/client-of-registry', destinations: [] };

const rows: readonly { name: string; needs: NetworkNeeds; ingress: object[]; egress: object[] }[] = [
  {
    name: 'a job without links: only names are looked up',
    needs: { platform: 'acme', destinations: [] },
    ingress: [],
    egress: [dns],
  },
  { name: 'a server: its callers come in', needs: server, ingress: inFrom(callers), egress: [dns] },
  {
    name: 'a server that is scraped',
    needs: { ...server, prometheusNamespace: 'monitoring' },
    ingress: inFrom(callers, namespace('monitoring')),
    egress: [dns],
  },
  {
    name: 'a server behind a gateway, scraped',
    needs: { ...server, prometheusNamespace: 'monitoring', gatewayNamespace: 'gateways' },
    ingress: inFrom(callers, namespace('monitoring'), namespace('gateways')),
    egress: [dns],
  },
  {
    name: 'a server with a second port: Prometheus has no business there',
    needs: { ...server, grpcPort: 5001, prometheusNamespace: 'monitoring', gatewayNamespace: 'gateways' },
    ingress: [
      ...inFrom(callers, namespace('monitoring'), namespace('gateways')),
      { from: [callers, namespace('gateways')], ports: [{ protocol: 'TCP', port: 5001 }] },
    ],
    egress: [dns],
  },
  {
    name: 'a second port that nobody may call, on a server that is scraped',
    needs: { platform: 'acme', port: 5000, grpcPort: 5001, prometheusNamespace: 'monitoring', destinations: [] },
    ingress: inFrom(namespace('monitoring')),
    egress: [dns],
  },
  {
    name: 'a port that nobody may call lets nobody in',
    needs: { platform: 'acme', port: 5000, destinations: [] },
    ingress: [],
    egress: [dns],
  },
  {
    name: 'what does not listen is not scraped either',
    needs: { platform: 'acme', prometheusNamespace: 'monitoring', destinations: [] },
    ingress: [],
    egress: [dns],
  },
  {
    name: 'names looked up in another namespace, at another port',
    needs: { platform: 'acme', dns: { at: { namespace: 'openshift-dns' }, port: 5353 }, destinations: [] },
    ingress: [],
    egress: [
      {
        to: [{ namespaceLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } }],
        ports: [
          { protocol: 'UDP', port: 5353 },
          { protocol: 'TCP', port: 5353 },
        ],
      },
    ],
  },
  {
    name: 'names looked up in a cache on the node',
    needs: { platform: 'acme', dns: { at: { cidr: '169.254.20.10/32' } }, destinations: [] },
    ingress: [],
    egress: [{ ...dns, to: [{ cidr: '169.254.20.10/32' }] }],
  },
  {
    name: 'a link to addresses opens its port to each of them',
    needs: { platform: 'acme', destinations: [postgres] },
    ingress: [],
    egress: [dns, { to: [{ cidr: '10.0.0.0/8' }, { cidr: 'fd00::/8' }], ports: [{ protocol: 'TCP', port: 5432 }] }],
  },
  {
    name: 'a link to pods opens its port to these pods only',
    needs: { platform: 'acme', destinations: [registry] },
    ingress: [],
    egress: [
      dns,
      { to: [{ ...namespace('acme'), podLabels: registry.labels }], ports: [{ protocol: 'TCP', port: 5000 }] },
    ],
  },
];

test.each(rows)('$name', ({ needs, ingress, egress }) => {
  expect(networkRules(needs)).toEqual({ ingress, egress });
});

test('a caller carries a label for each link to pods, and none for addresses', () => {
  expect(callerLabels([registry, postgres])).toEqual({ 'mlops-constructs/client-of-registry': 'true' });
});
