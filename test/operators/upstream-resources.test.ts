import { backupConfigurationRefusals, schemaRefusals } from './definitions';
import { changed, combinations, judged, stores, withoutUpstream } from './judged';
import { backupStores } from './operators';

const test_ = withoutUpstream ? test.skip : test;
if (withoutUpstream) process.stderr.write(`skipped: ${withoutUpstream}\n`);
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
