import { existsSync } from 'node:fs';
import { operatorPolicy } from '../../lib/operators/network-policy';
import { noCluster, withDefinitions } from './api-server';
import { backupConfigurationRefusals, definitionOf, schemaRefusals } from './definitions';
import { backupStores, manifests, plain, upstream } from './operators';
import { type Manifest, renderedManifests } from './rendered';

const without = existsSync(upstream)
  ? undefined
  : 'no ../shared/upstream beside the repository: definitions are unknown';
const test_ = without ? test.skip : test;
if (without) process.stderr.write(`skipped: ${without}\n`);
const onCluster = without || noCluster ? test.skip : test;
if (!without && noCluster) process.stderr.write(`skipped: ${noCluster}\n`);

/** Kubernetes' own, and those whose definitions are not among those from upstream. */
const unknown = ['v1', 'networking.k8s.io/v1', 'elbv2.k8s.aws/v1beta1', 'barmancloud.cnpg.io/v1'];
const { combinations, manifests: rendered } = renderedManifests();
const all: readonly Manifest[] = [...rendered, ...manifests];
const judged = all.filter(({ apiVersion }) => !unknown.includes(apiVersion));
const kinds = [...new Set(judged.map(({ kind }) => kind))].sort();

test_('every custom resource of every preset, on every target, passes the schema of its definition', () => {
  process.stdout.write(
    `${judged.length} custom resources of ${kinds.length} kinds, from ${combinations} platforms and every option, judged by schema\n`,
  );
  expect(judged.flatMap(schemaRefusals)).toEqual([]);
  // those that no platform writes would be judged by nobody
  expect(kinds).toEqual([
    'Certificate',
    'Cluster',
    'ClusterQueue',
    'ClusterSecretStore',
    'Database',
    'DatabaseRole',
    'EnvoyProxy',
    'ExternalSecret',
    'GRPCRoute',
    'Gateway',
    'GatewayClass',
    'HTTPRoute',
    'Issuer',
    'LocalQueue',
    'PodMonitor',
    'ResourceFlavor',
    'ScheduledBackup',
    'ServiceMonitor',
    'WorkloadPriorityClass',
  ]);
});

test_('where backups go is written as CloudNativePG had it', () => {
  const stores = [...backupStores, ...rendered.filter(({ kind }) => kind === 'ObjectStore')];
  expect(stores.length).toBeGreaterThan(backupStores.length);
  expect(stores.flatMap(backupConfigurationRefusals)).toEqual([]);
  const [store] = stores;
  const { configuration } = store.spec;
  expect(backupConfigurationRefusals({ spec: { configuration: { ...configuration, endpoint: 'x' } } })).toHaveLength(1);
  const wal = { compression: 'rar' };
  expect(backupConfigurationRefusals({ spec: { configuration: { ...configuration, wal } } })).toHaveLength(1);
});

test_('planted: of each kind, a field that nobody reads is refused', () => {
  for (const kind of kinds) {
    const right = judged.find((manifest) => manifest.kind === kind);
    const wrong = right.spec ? { ...right, spec: { ...right.spec, nobodyReads: 1 } } : { ...right, nobodyReads: 1 };
    expect(schemaRefusals(wrong)).toEqual([
      expect.stringMatching(/must NOT have additional properties \{"additionalProperty":"nobodyReads"\}/),
    ]);
  }
});

const changed = (kind: string, spec: object): Manifest => {
  const right = judged.find((manifest) => manifest.kind === kind);
  return { ...right, spec: { ...right.spec, ...spec } };
};

test_('planted: wrong types and values', () => {
  expect(schemaRefusals(changed('Cluster', { instances: '1' }))).toEqual([expect.stringMatching(/must be integer/)]);
  expect(schemaRefusals(changed('Database', { databaseReclaimPolicy: 'keep' }))).toEqual([
    expect.stringMatching(/must be equal to one of the allowed values/),
  ]);
  expect(schemaRefusals({ ...changed('DatabaseRole', {}), apiVersion: 'postgresql.cnpg.io/v2' })).toEqual([
    "DatabaseRole 'registry': databaseroles.postgresql.cnpg.io serves no v2",
  ]);
  expect(schemaRefusals({ ...changed('Cluster', {}), kind: 'Clustr' })).toEqual([
    "Clustr 'database': postgresql.cnpg.io/v1 has no definition among those from upstream",
  ]);
});

onCluster(
  'a real API server with the real definitions accepts every one of them, and refuses planted ones',
  () => {
    const names = [...new Set(judged.flatMap((manifest) => definitionOf(manifest) ?? []))];
    withDefinitions(names, (refusal) => {
      process.stdout.write(
        `${judged.length} custom resources judged by an API server with ${names.length} definitions\n`,
      );
      const policies = plain.map(({ chart: { namespace }, network }) =>
        operatorPolicy({ platform: 'acme', namespace, network }),
      );
      expect([...judged, ...policies].flatMap((manifest) => refusal(manifest) ?? [])).toEqual([]);
      for (const { kind, wrong, because } of planted) expect(refusal(changed(kind, wrong))).toMatch(because);
      // rules in CEL, which no schema knows
      expect(refusal(changed('DatabaseRole', { name: 'pg_registry' }))).toMatch(/reserved by PostgreSQL/);
      expect(refusal(changed('Database', { name: 'postgres' }))).toMatch(/the name postgres is reserved/);
      expect(refusal(changed('Cluster', { storag: {} }))).toMatch(/unknown field "spec.storag"/);
    });
  },
  600_000,
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
