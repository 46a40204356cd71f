import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, problemsOf, synthesized } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Any = any;

const backedUp = { install: 'cloudnative-pg', storage: '20 GiB', backup: {} } as const;
const withRestored = (restored?: unknown, postgres: object = backedUp) => ({
  ...preset,
  target: { ...preset.target, postgres: { ...postgres, ...(restored ? { restored } : {}) } },
});
const platformOf = (restored?: unknown) =>
  synthesized((app) => new Platform(app, withRestored(restored) as unknown as Preset));
const manifestsOf = (restored?: unknown): Any[] =>
  Object.values(platformOf(restored).resources('acme-data').helm_release ?? {}).flatMap(
    ({ values }: Any) => JSON.parse(values[0]).manifests,
  );
const named = (manifests: Any[], kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)?.spec;

test('a restored server comes beside the one before it: nothing of that one changes', () => {
  const before = platformOf().addresses;
  const after = platformOf([{ name: 'database-2' }]).addresses;
  expect(after.filter((address) => before.includes(address))).toEqual(before);
  const added = after.filter((address) => !before.includes(address)).map((address) => address.replace(/_\w{8}$/, ''));
  expect(added).toEqual([
    'acme-data: helm_release.Postgres_database-2_Backup',
    'acme-data: helm_release.Postgres_database-2_Databases',
    'acme-data: helm_release.Postgres_database-2_Server',
    'acme-data: kubernetes_network_policy_v1.Postgres_database-2_NetworkPolicy',
  ]);
  expect(named(manifestsOf([{ name: 'database-2' }]), 'Cluster', 'database')).toEqual(
    named(manifestsOf(), 'Cluster', 'database'),
  );
});

test('it is made from the archive of that server up to a time, and writes one of its own', () => {
  const until = '2026-11-23T09:30:00Z';
  const manifests = manifestsOf([{ name: 'database-2', until }]);
  const barman = 'barman-cloud.cloudnative-pg.io';
  expect(named(manifests, 'Cluster', 'database-2')).toMatchObject({
    bootstrap: { recovery: { source: 'database', recoveryTarget: { targetTime: until } } },
    externalClusters: [
      {
        name: 'database',
        plugin: { name: barman, parameters: { barmanObjectName: 'database-2-backup', serverName: 'database' } },
      },
    ],
    // no serverName: the archive is named as the server is, and an archive that is not empty is refused
    plugins: [{ name: barman, isWALArchiver: true, parameters: { barmanObjectName: 'database-2-backup' } }],
  });
  const path = (store: string) => named(manifests, 'ObjectStore', store).configuration.destinationPath;
  expect(path('database-2-backup')).toBe(path('database-backup'));
  expect(named(manifests, 'ScheduledBackup', 'database-2-backup').cluster.name).toBe('database-2');
});

test('its roles have the passwords that services use today', () => {
  const manifests = manifestsOf([{ name: 'database-2' }]);
  const [before, after] = ['registry', 'database-2-registry'].map((name) => named(manifests, 'DatabaseRole', name));
  expect(after).toEqual({ ...before, cluster: { name: 'database-2' } });
  expect(named(manifests, 'Database', 'database-2-registry')).toMatchObject({
    cluster: { name: 'database-2' },
    name: 'acme_registry',
  });
});

test('services use the last one, trust its authority, and are let out to it', () => {
  const resources = platformOf([{ name: 'database-2' }, { name: 'database-3' }]).resources('acme-platform');
  const registry = JSON.stringify(resources.kubernetes_deployment_v1);
  expect(registry).toContain('"value":"database-3-rw.acme.svc"');
  expect(registry).toContain('"name":"database-3-ca"');
  expect(registry).not.toContain('database-rw');
  const policies = JSON.stringify(resources.kubernetes_network_policy_v1);
  expect(policies).toContain('"cnpg.io/cluster":"database-3"');
  expect(policies).not.toContain('"cnpg.io/cluster":"database"');
});

test('a store in the cluster lets in the pod that reads the archive, which has no label of ours, only while there is a restored server', () => {
  const store = { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB' } as const;
  const peersOfS3 = (restored?: unknown) => {
    const changed = withRestored(restored);
    const target = { ...changed.target, objectStore: store };
    const { resources } = synthesized((app) => new Platform(app, { ...changed, target } as unknown as Preset));
    const policies = Object.values(resources('acme-data').kubernetes_network_policy_v1 ?? {}) as Any[];
    const { spec } = policies.find(({ metadata }) => metadata.name === 'seaweedfs');
    const rules = spec.ingress.filter(({ ports }: Any) => ports.some(({ port }: Any) => port === '8333'));
    return rules.flatMap(({ from }: Any) => from.map((peer: Any) => peer.pod_selector.match_labels));
  };
  const recovery = { 'cnpg.io/jobRole': 'full-recovery' };
  expect(peersOfS3()).not.toContainEqual(recovery);
  expect(peersOfS3([{ name: 'database-2' }])).toContainEqual(recovery);
});

test('a server that nobody needs goes when the one after it says so', () => {
  const clusters = (restored: unknown) =>
    manifestsOf(restored).flatMap(({ kind, metadata, spec }) =>
      kind === 'Cluster' ? [`${metadata.name} from ${spec.bootstrap?.recovery.source}`] : [],
    );
  const two = { name: 'database-2' };
  const three = { name: 'database-3' };
  expect(clusters([two, three])).toEqual([
    'database from undefined',
    'database-2 from database',
    'database-3 from database-2',
  ]);
  expect(clusters([{ ...two, keepPrevious: false }, three])).toEqual([
    'database-2 from database',
    'database-3 from database-2',
  ]);
  expect(clusters([two, { ...three, keepPrevious: false }])).toEqual(['database-3 from database-2']);
});

test('wrong ways to restore are one error', () => {
  const problems = (restored: unknown, postgres?: object) =>
    problemsOf((app) => new Platform(app, withRestored(restored, postgres) as unknown as Preset));
  expect(
    problems([{ name: 'database' }, { name: 'database-2' }, { name: 'database-2' }], {
      ...backedUp,
      backup: undefined,
    }),
  ).toEqual([
    'postgres.restored needs the archive that a server is made from, got no postgres.backup; give postgres.backup as it was when the backups were made (acme-data/Postgres)',
    "postgres.restored needs a new name for each server, got 'database' again; take one that no server had, such as 'database-4': the archive keeps the old ones apart by it (acme-data/Postgres)",
    "postgres.restored needs a new name for each server, got 'database-2' again; take one that no server had, such as 'database-4': the archive keeps the old ones apart by it (acme-data/Postgres)",
  ]);
  expect(problems([{ name: 'database-2', until: 'yesterday' }])).toEqual([
    expect.stringContaining('target.postgres.restored.0.until'),
  ]);
});
