import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IAddon, type Preset, reasonable } from '../../lib/index';
import { readClusterFacts } from '../../lib/kubernetes/cluster-facts';
import { Platform } from '../../stacks/index';
import { temporaryFolder } from '../harness/folder';
import { preset, problemsOf, synthesized } from '../harness/synth';

const folder = temporaryFolder('facts');
// what mlops nodes printed of the test bed: test/bin/nodes.test.ts
const recorded = readClusterFacts(join(__dirname, 'cluster/cluster.json'));
const today = new Date().toISOString().slice(0, 10);

function factsFile(changes: object = {}): string {
  const file = join(folder, `${process.pid}-${count++}.json`);
  writeFileSync(file, JSON.stringify({ ...recorded, date: today, ...changes }));
  return file;
}
let count = 0;

// the fake nodes of the test bed carry a taint of their own
const fake = { key: 'kwok.x-k8s.io/node', operator: 'Exists' } as const;
const gpu = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' } as const;
const epyc = { 'feature.node.kubernetes.io/cpu-model.vendor_id': 'AMD' };
const fitting: Preset['target'] = {
  ...preset.target,
  storageClass: 'g-fast',
  pools: {
    cpu: { nodes: 1, cpu: 64, memory: '256 GiB', nodeSelector: epyc, tolerations: [fake] },
    a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4, tolerations: [gpu, fake] },
  },
};
type Target = typeof fitting;
const withFacts = (facts: string, changes: Partial<Target> = {}) =>
  ({ ...preset, target: { ...fitting, ...changes, facts } }) as Preset;
const problems = (facts: string, changes: Partial<Target> = {}, addons: IAddon<Platform>[] = []) =>
  problemsOf((app) => new Platform(app, withFacts(facts, changes), addons)).map((text) =>
    text.replaceAll(facts, 'cluster.json'),
  );
const at = '(acme/Target/Cluster)';

test('a platform that fits what the cluster has is written, without a word about it', () => {
  const { outdir } = synthesized((app) => new Platform(app, withFacts(factsFile())));
  expect(readFileSync(join(outdir, 'review.json'), 'utf8')).not.toContain('facts');
});

test('everything that the cluster has not, at once', () => {
  const pools: Target['pools'] = {
    many: { nodes: 2, cpu: 1, memory: '1 GiB', nodeSelector: epyc, tolerations: [fake] },
    large: { nodes: 1, cpu: 96, memory: '512 GiB', nodeSelector: epyc, tolerations: [fake] },
    tainted: { nodes: 1, cpu: 32, memory: '64 GiB', accelerator: 'A30' },
    cards: { nodes: 1, cpu: 32, memory: '64 GiB', accelerator: 'A30', count: 8, tolerations: [gpu, fake] },
    sliced: { nodes: 1, cpu: 8, memory: '32 GiB', accelerator: 'A30', mig: '1g.6gb', tolerations: [gpu, fake] },
    other: {
      ...{ nodes: 1, cpu: 8, memory: '8 GiB', accelerator: 'A2', tolerations: [gpu, fake] },
      nodeSelector: { 'kubernetes.io/hostname': 'fake-rtx-a2000-1' },
    },
  };
  const definitions = { ...recorded.definitions };
  delete definitions['clusterqueues.kueue.x-k8s.io'];
  definitions['localqueues.kueue.x-k8s.io'] = { group: 'kueue.x-k8s.io', kind: 'LocalQueue', versions: ['v1beta1'] };
  expect(problems(factsFile({ definitions }), { storageClass: 'nvme', pools })).toEqual([
    `pool 'many' says 2 nodes, but 'cluster.json' has fewer with feature.node.kubernetes.io/cpu-model.vendor_id=AMD, got fake-epyc-1; correct nodes, nodeSelector or tolerations of the pool ${at}`,
    `pool 'large' promises more than the nodes in 'cluster.json' have: 1 × 96 cores, 524288 MiB, got fake-epyc-1: 64 cores, 262144 MiB; correct what the pool says of one node, narrow its nodeSelector, or leave it out ${at}`,
    `pool 'tainted' says 1 node, but 'cluster.json' has fewer with nvidia.com/gpu.product=NVIDIA-A30, got none (taints keep it off fake-a30-1: kwok.x-k8s.io/node, nvidia.com/gpu); correct nodes, nodeSelector or tolerations of the pool ${at}`,
    `pool 'cards' promises more than the nodes in 'cluster.json' have: 1 × 32 cores, 65536 MiB, 8 × nvidia.com/gpu (A30), got fake-a30-1: 4 × nvidia.com/gpu; correct what the pool says of one node, narrow its nodeSelector, or leave it out ${at}`,
    `pool 'sliced' says 1 node, but 'cluster.json' has fewer with nvidia.com/mig-1g.6gb.product=NVIDIA-A30-MIG-1g.6gb, got none; correct nodes, nodeSelector or tolerations of the pool; A30 is on fake-a30-1 (nvidia.com/gpu.product=NVIDIA-A30) ${at}`,
    `pool 'other' promises more than the nodes in 'cluster.json' have: 1 × 8 cores, 8192 MiB, 1 × nvidia.com/gpu (A2), got fake-rtx-a2000-1: NVIDIA-RTX-A2000-12GB; correct what the pool says of one node, narrow its nodeSelector, or leave it out ${at}`,
    `'cluster.json' has no storage class 'nvme', got 'g-fast'; name one of these in storageClass, or make it and run mlops nodes again ${at}`,
    `'cluster.json' does not serve kueue.x-k8s.io/v1beta2 of ClusterQueue, LocalQueue, got ClusterQueue: no definition; LocalQueue: v1beta1; install or upgrade the operator that brings them and run mlops nodes again, or set its mode to 'install' or 'off' (acme-platform/Training/Queue)`,
  ]);
});

test('volumes without a class need a default one, which only matters where something has volumes', () => {
  const none = { provisioner: 'kubernetes.io/no-provisioner', default: false, expandable: true };
  const facts = factsFile({ storageClasses: { fast: none, slow: none } });
  const inCluster: Partial<Target> = {
    storageClass: undefined,
    postgres: { install: 'cloudnative-pg', storage: '20 GiB' },
    objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB' },
  };
  expect(problems(facts, inCluster)).toEqual([
    `'cluster.json' has no default storage class, and storageClass names none, got 'fast', 'slow'; name one of these in storageClass, or make one the default and run mlops nodes again ${at}`,
  ]);
  expect(problems(factsFile({ storageClasses: {} }), inCluster)).toEqual([
    `'cluster.json' has no default storage class, and storageClass names none, got none at all; make one the default and run mlops nodes again ${at}`,
  ]);
  const written = (path: string, changes: Partial<Target>) =>
    synthesized((app) => new Platform(app, withFacts(path, changes)));
  expect(() => written(facts, { ...inCluster, storageClass: 'fast' })).not.toThrow();
  expect(() => written(facts, { storageClass: undefined })).not.toThrow();
  const marked = factsFile({ storageClasses: { fast: none, slow: { ...none, default: true } } });
  expect(() => written(marked, inCluster)).not.toThrow();
});

describe('custom resources', () => {
  const none = factsFile({ definitions: {} });

  const postgres = { install: 'cloudnative-pg', storage: '20 GiB' } as const;

  test('of a Postgres in the cluster need its operator: installed with it, or there', () => {
    const kueue = Object.fromEntries(
      Object.entries(recorded.definitions).filter(([name]) => name.endsWith('kueue.x-k8s.io')),
    );
    const facts = factsFile({ definitions: kueue });
    synthesized((app) => new Platform(app, withFacts(facts, { postgres })));
    const existing = { cloudNativePg: { mode: 'existing' } } as const;
    const advice =
      "install or upgrade the operator that brings them and run mlops nodes again, or set its mode to 'install' or 'off'";
    expect(problems(facts, { postgres, operators: existing })).toEqual([
      `'cluster.json' does not serve postgresql.cnpg.io/v1 of Cluster, got Cluster: no definition; ${advice} (acme-data/Postgres/Server)`,
      `'cluster.json' does not serve postgresql.cnpg.io/v1 of Database, DatabaseRole, got Database: no definition; DatabaseRole: no definition; ${advice} (acme-data/Postgres/Databases)`,
    ]);
  });
  const addon = (bind: IAddon<Platform>['bind']): IAddon<Platform>[] => [{ bind }];
  const manifest = (apiVersion: string, kind: string, spec = {}) => ({
    apiVersion,
    kind,
    metadata: { name: 'a' },
    spec,
  });
  const bare = (bind: IAddon<Platform>['bind']) => (app: Parameters<Parameters<typeof synthesized>[0]>[0]) => {
    const operators = { ...reasonable.operators, kueue: { mode: 'off' as const } };
    new Platform(app, { ...withFacts(none), operators }, addon(bind));
  };
  const add = (scope: Parameters<IAddon<Platform>['bind']>[0], { target }: Platform, ...manifests: object[]) =>
    target.cluster.addManifests(scope, 'Own', {
      release: 'own',
      namespace: 'acme',
      manifests: manifests as Record<string, unknown>[],
    });

  test('of Kubernetes itself need no definition', () => {
    const own = [
      manifest('v1', 'ConfigMap'),
      manifest('apps/v1', 'Deployment'),
      manifest('networking.k8s.io/v1', 'Ingress'),
    ];
    expect(() => synthesized(bare((scope, platform) => add(scope, platform, ...own)))).not.toThrow();
  });

  test("of a company's own are judged too", () => {
    const found = problemsOf(bare((scope, platform) => add(scope, platform, manifest('acme.example.com/v1', 'Model'))));
    expect(found).toEqual([
      expect.stringMatching(
        /does not serve acme.example.com\/v1 of Model, got Model: no definition;.*\(acme-platform\/Own\)$/,
      ),
    ]);
  });

  test('need no definition that the app brings itself, by a chart or as an object, also when it comes later', () => {
    const model = manifest('acme.example.com/v1', 'Model');
    const chart = {
      name: 'models',
      version: '1.0.0',
      repository: 'https://charts.example.com',
      namespace: 'acme',
      values: {},
    };
    const byChart = bare((scope, platform) => {
      add(scope, platform, model);
      platform.target.cluster.addChart(scope, 'Chart', { ...chart, groups: ['acme.example.com'] });
    });
    expect(() => synthesized(byChart)).not.toThrow();
    const definition = manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { group: 'acme.example.com' });
    expect(() => synthesized(bare((scope, platform) => add(scope, platform, model, definition)))).not.toThrow();
  });
});

test('facts older than 30 days are a note', () => {
  const noted = (days: number) => {
    const date = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const facts = factsFile({ date });
    const { outdir } = synthesized((app) => new Platform(app, withFacts(facts)));
    const { notes } = JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8'));
    return notes
      .map(({ text }: { text: string }) => text.replaceAll(facts, 'cluster.json').replace(date, 'DAY'))
      .filter((text: string) => text.includes('facts'));
  };
  expect(noted(29)).toEqual([]);
  expect(noted(100)).toEqual([
    "facts file 'cluster.json' of DAY is 100 days old: run 'mlops nodes > cluster.json' again",
  ]);
});

test('a facts file that is none says how to write one', () => {
  const file = (text: string) => {
    const path = factsFile();
    writeFileSync(path, text);
    return path;
  };
  const again = "run 'mlops nodes > cluster.json' with a connection to the cluster (acme/Target/Cluster)";
  expect(problems(join(folder, 'nowhere.json'))[0]?.replace(/'[^']*nowhere/g, "'nowhere")).toContain(
    "is missing, got no such file; run 'mlops nodes >",
  );
  expect(problems(file('nodes:'))).toEqual([
    expect.stringMatching(/^facts file 'cluster.json' is not JSON, got .*token/),
  ]);
  const { nodes: _, ...rest } = recorded;
  expect(problems(file(JSON.stringify({ ...rest, date: 'yesterday' })))).toEqual([
    `facts file 'cluster.json' is wrong at date, got Invalid ISO date; ${again}`,
    `facts file 'cluster.json' is wrong at nodes, got Invalid input: expected record, received undefined; ${again}`,
  ]);
});
