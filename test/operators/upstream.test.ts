import { existsSync } from 'node:fs';
import { certManager, kueue } from '../../lib/operators/index';
import { networkPolicy } from '../../lib/operators/network-policy';
import { noCluster, withDefinitions } from './api-server';
import { manifests, plain, specs, upstream } from './operators';
import { published, schemaProblems, unknownImageValues, unknownKeys } from './values';

const without = existsSync(upstream) ? undefined : 'no ../shared/upstream beside the repository: charts are unknown';
const test_ = without ? test.skip : test;
if (without) process.stderr.write(`skipped: ${without}\n`);
const onCluster = without || noCluster ? test.skip : test;
if (!without && noCluster) process.stderr.write(`skipped: ${noCluster}\n`);

test_('every version and repository is the published one', () => {
  for (const { chart } of plain) {
    const { name, version, repository } = chart;
    expect({ name, ...published(name) }).toMatchObject({ name, version, repository });
  }
});

test_('every key that we set exists in the chart', () => {
  expect(specs.flatMap(({ chart }) => unknownKeys(chart.name, chart.values))).toEqual([]);
});

test_('every value of an image exists in the chart', () => {
  expect(specs.flatMap(unknownImageValues)).toEqual([]);
});

test_("values pass the chart's schema where it has one", () => {
  expect(specs.flatMap(({ chart }) => schemaProblems(chart.name, chart.values))).toEqual([]);
});

test_('planted: a wrong key, a wrong key deep down, a wrong type', () => {
  const wrong = kueue({ values: { controllerManagr: {}, controllerManager: { manager: { resource: {} } } } }).chart;
  expect(unknownKeys(wrong.name, wrong.values)).toEqual([
    "chart 'kueue' has no value 'controllerManager.manager.resource'",
    "chart 'kueue' has no value 'controllerManagr'",
  ]);
  const { chart, images } = certManager({ values: { crds: { enabled: 'yes' } } });
  expect(schemaProblems(chart.name, chart.values)).toEqual([
    'chart \'cert-manager\' at /crds/enabled: must be boolean {"type":"boolean"}',
  ]);
  const moved = images.map((image) => ({ ...image, values: ['controller.image.repository'] }));
  expect(unknownImageValues({ ...certManager(), images: moved })[0]).toBe(
    "chart 'cert-manager' has no value 'controller'",
  );
});

onCluster(
  'a real API server with the real definitions accepts every custom resource, and refuses planted ones',
  () => {
    withDefinitions(
      [
        'clustersecretstores.external-secrets.io',
        'externalsecrets.external-secrets.io',
        'issuers.cert-manager.io',
        'certificates.cert-manager.io',
        'envoyproxies.gateway.envoyproxy.io',
        'gatewayclasses.gateway.networking.k8s.io',
        'gateways.gateway.networking.k8s.io',
        'grpcroutes.gateway.networking.k8s.io',
        'httproutes.gateway.networking.k8s.io',
        'servicemonitors.monitoring.coreos.com',
      ],
      (refusal) => {
        const policies = plain.map(({ chart, network }) => networkPolicy(chart.namespace, network));
        expect([...manifests, ...policies].flatMap((manifest) => refusal(manifest) ?? [])).toEqual([]);
        for (const { kind, wrong, because } of planted) {
          const right = manifests.find((manifest) => manifest.kind === kind);
          expect(refusal({ ...right, spec: { ...right?.spec, ...wrong } })).toMatch(because);
        }
      },
    );
  },
  120_000,
);

const planted = [
  { kind: 'ClusterSecretStore', wrong: { provider: { aws: { service: 'Secrets' } } }, because: /region.*Required/s },
  { kind: 'ExternalSecret', wrong: { refreshIntervall: '1h' }, because: /unknown field "spec.refreshIntervall"/ },
  { kind: 'Issuer', wrong: { selfSigned: { ca: 'x' } }, because: /unknown field "spec.selfSigned.ca"/ },
  { kind: 'Certificate', wrong: { privateKey: { algorithm: 'EC' } }, because: /Unsupported value: "EC"/ },
  { kind: 'EnvoyProxy', wrong: { provider: { type: 'Docker' } }, because: /Unsupported value: "Docker"/ },
  { kind: 'GatewayClass', wrong: { controllerName: 'envoy' }, because: /controllerName/ },
  { kind: 'Gateway', wrong: { listeners: [{ name: 'http', port: 80, protocol: 'HTTP', tls: {} }] }, because: /tls/ },
  { kind: 'HTTPRoute', wrong: { rules: [{ filters: [{ type: 'Redirect' }] }] }, because: /Unsupported value/ },
  { kind: 'GRPCRoute', wrong: { rules: [{ backendRefs: [{ name: 'a', weight: -1 }] }] }, because: /weight/ },
  { kind: 'ServiceMonitor', wrong: { targetLabel: ['a'] }, because: /unknown field "spec.targetLabel"/ },
];
