import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOutput } from '../../bin/output';
import type { Preset } from '../../lib/index';
import { changesBetween } from '../../lib/review/diff/changes';
import { dangersOf } from '../../lib/review/diff/dangers';
import { Platform } from '../../stacks/index';
import { example, preset, readSynthesized, synthesized } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Any = any;

const folder = example('on-prem');
const platform = readSynthesized(folder);
const stack = (name: string): Any => JSON.parse(readFileSync(join(folder, 'stacks', name, 'cdk.tf.json'), 'utf8'));
const releases = (resources: Record<string, Record<string, Any>>): Any[] => Object.values(resources.helm_release ?? {});
const manifestsOf = (resources: Record<string, Record<string, Any>>): Any[] =>
  releases(resources).flatMap(({ values }) =>
    values[0].startsWith('{') ? (JSON.parse(values[0]).manifests ?? []) : [],
  );
const valuesOf = (resources: Record<string, Record<string, Any>>, name: string): Any =>
  JSON.parse(releases(resources).find((release) => release.name === name).values[0]);
const data = platform.resources('acme-data');
const operators = platform.resources('acme-operators');

const onPrem: Preset['target'] = {
  ...preset.target,
  postgres: { install: 'cloudnative-pg', storage: '20 GiB' },
  objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB' },
};
const withTarget = (changes: object, rest: object = {}) =>
  synthesized((app) => new Platform(app, { ...preset, ...rest, target: { ...onPrem, ...changes } } as Preset));

test('the addresses of the example are what they were: a changed address is a destroyed resource', () => {
  const snapshot = readFileSync(join(__dirname, '../addresses/on-prem.txt'), 'utf8');
  expect(`${platform.addresses.join('\n')}\n`).toBe(snapshot);
});

test('the server has one instance, a volume of its class, and no superuser for anybody', () => {
  const [{ spec }] = manifestsOf(data).filter(({ kind }) => kind === 'Cluster');
  expect(spec).toMatchObject({
    instances: 1,
    storage: { size: '20480Mi', storageClass: 'local-path' },
    podSecurityContext: { fsGroupChangePolicy: 'OnRootMismatch' },
    enableSuperuserAccess: false,
    postgresql: { parameters: { shared_buffers: '512MB' } },
    imagePullSecrets: [{ name: 'registry' }],
  });
});

test('a component has a role, a database that it owns, and a password in one Secret for both ends', () => {
  const [role] = manifestsOf(data).filter(({ kind }) => kind === 'DatabaseRole');
  const [database] = manifestsOf(data).filter(({ kind }) => kind === 'Database');
  expect(role.spec).toMatchObject({ name: 'acme_registry', login: true, databaseRoleReclaimPolicy: 'retain' });
  expect(database.spec).toMatchObject({
    name: 'acme_registry',
    owner: 'acme_registry',
    databaseReclaimPolicy: 'retain',
  });
  const [, reference] = /kubernetes_secret_v1\.([\w-]+)\./.exec(role.spec.passwordSecret.name) ?? [];
  const secret = data.kubernetes_secret_v1?.[reference ?? ''] as Any;
  expect(secret).toMatchObject({
    metadata: { name: 'postgres-registry', namespace: 'acme', labels: { 'cnpg.io/reload': 'true' } },
    type: 'kubernetes.io/basic-auth',
    data_wo: { username: 'acme_registry', password: `\${ephemeral.random_password.${reference}.result}` },
  });
});

test('the registry trusts the authority of the server, read from its file, and is let in', () => {
  const [deployment] = Object.values(platform.resources('acme-platform').kubernetes_deployment_v1 ?? {}) as Any[];
  const { metadata, spec } = deployment.spec.template;
  const env = Object.fromEntries(spec.container[0].env.map(({ name, value }: Any) => [name, value]));
  expect(env).toMatchObject({
    DATABASE_HOST: 'database-rw.acme.svc',
    DATABASE_SSL_MODE: 'verify-full',
    DATABASE_SERVER_CA_FILE: '/run/secrets/database/serverCa',
    ARTIFACTS_ENDPOINT: 'http://seaweedfs-s3.acme.svc:8333',
    ARTIFACTS_PATH_STYLE: 'true',
  });
  expect(env).not.toHaveProperty('DATABASE_CA_CERTIFICATE');
  const files = spec.volume.flatMap(({ projected = [] }: Any) => projected.flatMap(({ sources }: Any) => sources));
  expect(files).toContainEqual({ secret: [{ name: 'database-ca', items: [{ key: 'ca.crt', path: 'serverCa' }] }] });
  expect(files).toContainEqual({ secret: [{ name: 's3-registry', items: expect.anything() }] });
  const callers = [
    ...JSON.stringify(Object.values(data.kubernetes_network_policy_v1 ?? {})).matchAll(/client-of-[a-z]+/g),
  ];
  for (const [label] of callers) expect(metadata.labels[`mlops-constructs/${label}`]).toBe('true');
  expect(new Set(callers.map(([label]) => label))).toEqual(new Set(['client-of-database', 'client-of-seaweedfs']));
});

test('backups go by the plugin, each WAL file too, with a key of their own; the form of the operator itself is nowhere', () => {
  const manifests = manifestsOf(data);
  const one = (kind: string) => manifests.find((manifest) => manifest.kind === kind).spec;
  expect(one('Cluster').plugins).toEqual([
    {
      name: 'barman-cloud.cloudnative-pg.io',
      isWALArchiver: true,
      parameters: { barmanObjectName: 'database-backup' },
    },
  ]);
  expect(one('ObjectStore')).toMatchObject({
    retentionPolicy: '7d',
    configuration: {
      destinationPath: 's3://acme-ml/postgres-backup',
      endpointURL: 'http://seaweedfs-s3.acme.svc:8333',
      s3Credentials: { secretAccessKey: { name: 's3-postgres-backup', key: 'secretAccessKey' } },
    },
  });
  // the store lets in only who carries its label
  expect(one('Cluster').inheritedMetadata).toEqual({ labels: { 'mlops-constructs/client-of-seaweedfs': 'true' } });
  expect(one('ScheduledBackup')).toMatchObject({ method: 'plugin', schedule: '0 0 2 * * *' });
  expect(JSON.stringify(stack('acme-data'))).not.toContain('barmanObjectStore');
});

test.each([
  ['8Gi', '2048MB'],
  ['1024Mi', '256MB'],
  ['512M', '122MB'],
  ['2G', '476MB'],
  ['20Mi', '16MB'],
])('a quarter of %s of memory is shared buffers: %s', (memory, buffers) => {
  const resources = { requests: { cpu: '1', memory }, limits: { cpu: '1', memory } };
  const manifests = manifestsOf(withTarget({ postgres: { ...onPrem.postgres, resources } }).resources('acme-data'));
  const { postgresql } = manifests.find(({ kind }) => kind === 'Cluster').spec;
  expect(postgresql.parameters.shared_buffers).toBe(buffers);
});

test('an S3 server with an authority of its own: the plugin gets its certificate', () => {
  const objectStore = { ...preset.target.objectStore, caCertificate: '-----BEGIN CERTIFICATE-----' };
  const postgres = { ...onPrem.postgres, backup: { days: 30 } };
  const manifests = manifestsOf(withTarget({ objectStore, postgres }).resources('acme-data'));
  const store = manifests.find(({ kind }) => kind === 'ObjectStore').spec;
  expect(store.configuration.endpointCA).toEqual({ name: 'database-backup-ca', key: 'ca.crt' });
  expect(store.retentionPolicy).toBe('30d');
  expect(manifests.find(({ kind }) => kind === 'Secret').stringData).toEqual({ 'ca.crt': objectStore.caCertificate });
});

test.each(['on', 'off'] as const)(
  'what holds data is protected, by Terraform and by Helm: dataProtection %s',
  (dataProtection) => {
    const on = dataProtection === 'on';
    const resources = withTarget({}, { dataProtection }).resources('acme-data');
    const guarded = releases(resources).map(({ name, lifecycle }) => [name, lifecycle?.prevent_destroy ?? false]);
    expect(Object.fromEntries(guarded)).toEqual({ seaweedfs: on, database: on, 'database-roles': on });
    const kept = manifestsOf(resources).filter(
      ({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep',
    );
    expect(kept.map(({ kind }) => kind).sort()).toEqual(on ? ['Cluster', 'Database', 'DatabaseRole'] : []);
  },
);

test('growing changes numbers and nothing else: three instances, more storage, more disks', () => {
  const grown = withTarget({
    postgres: { install: 'cloudnative-pg', storage: '80 GiB', instances: 3 },
    objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB', volumeServers: 4 },
  });
  const before = withTarget({});
  expect(grown.addresses).toEqual(before.addresses);
  const [{ spec }] = manifestsOf(grown.resources('acme-data')).filter(({ kind }) => kind === 'Cluster');
  expect([spec.instances, spec.storage.size]).toEqual([3, '81920Mi']);
  const values = valuesOf(grown.resources('acme-data'), 'seaweedfs');
  const disks = valuesOf(before.resources('acme-data'), 'seaweedfs').volume.dataDirs;
  expect([values.volume.replicas, values.volume.dataDirs]).toEqual([4, disks]);
});

test('mlops diff says what cannot shrink, and what is lost, before an apply does', () => {
  const inCluster = { install: 'cloudnative-pg', storage: '20 GiB' } as const;
  const store = { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB', volumeServers: 3 } as const;
  const output = (postgres: object, objectStore: object) =>
    readOutput(withTarget({ postgres, objectStore }).outdir).stacks;
  const before = output(inCluster, store);
  const dangers = (postgres: object, objectStore: object) => {
    const after = output(postgres, objectStore);
    return dangersOf(changesBetween(before, after), before, after).map(({ path, text }) => `${path} ${text}`);
  };
  expect(dangers({ ...inCluster, storage: '10 GiB' }, { ...store, storage: '200 GiB', volumeServers: 2 })).toEqual([
    'acme-data/ObjectStore/Chart/Resource cannot change: volume.dataDirs.0.size "102400Mi" → "204800Mi"; the claims of its StatefulSet are fixed, grow by volumeServers',
    'acme-data/ObjectStore/Chart/Resource cannot shrink: volume.replicas 3 → 2; files on the disks that go are lost to it, leave as many as there were',
    'acme-data/Postgres/Server/Resource cannot shrink: storage.size "20480Mi" → "10240Mi"; leave it as large as it was',
  ]);
  expect(dangers({ ...inCluster, storage: '1024 GiB', instances: 3 }, { ...store, volumeServers: 4 })).toEqual([]);
  const lost = dangers(preset.target.postgres, store).filter((text) => text.includes('loses'));
  const onVolumes =
    'is destroyed, which loses what it keeps on its volumes; keep it, or take what you need out of it first';
  expect(lost).toEqual([
    expect.stringMatching(/^acme-operators\/CloudNativePg\/Namespace\/Resource is destroyed/),
    `acme-data/Postgres/Databases/Resource ${onVolumes}`,
    `acme-data/Postgres/Server/Resource ${onVolumes}`,
  ]);
});

describe('SeaweedFS', () => {
  test('refuses callers without a key from its first start on; the key stands in one Secret and in no file of ours', () => {
    const { filer } = valuesOf(data, 'seaweedfs');
    expect(filer.s3).toEqual({
      enabled: true,
      port: 8333,
      enableAuth: true,
      existingConfigSecret: expect.stringMatching(/^\$\{kubernetes_secret_v1\.ObjectStore_Config/),
    });
    const [name, config] = Object.entries(data.kubernetes_secret_v1 ?? {}).find(([id]) => id.includes('Config')) as Any;
    const { identities } = JSON.parse(config.data_wo.seaweedfs_s3_config.replaceAll('$${', '${'));
    expect(identities.map((identity: Any) => identity.credentials)).toEqual([
      [{ accessKey: 'administrator', secretKey: '${S3_ADMIN_SECRET_KEY}' }],
    ]);
    expect(config.data_wo.key).toBe(`\${ephemeral.random_password.${name}.result}`);
    expect(filer.secretExtraEnvironmentVars.S3_ADMIN_SECRET_KEY.secretKeyRef.key).toBe('key');
  });

  test('gives each service a key of its own, and the others of a namespace one, in Secrets of their namespace', () => {
    const keys = Object.values(data.kubernetes_secret_v1 ?? {})
      .filter(({ data_wo }: Any) => data_wo.secretAccessKey)
      .map(({ metadata, data_wo }: Any) => [`${metadata.namespace}/${metadata.name}`, data_wo.accessKeyId]);
    expect(Object.fromEntries(keys)).toEqual({
      'acme/s3-registry': 'acme-registry',
      'acme/s3-postgres-backup': 'acme-postgres-backup',
      'acme/s3-default': 'acme-default',
      'acme-jobs/s3-default': 'acme-jobs-default',
    });
  });

  test('only its own pods and the Job of keys reach the ports that ask for none', () => {
    const policies = Object.values(data.kubernetes_network_policy_v1 ?? {}) as Any[];
    const { spec } = policies.find(({ metadata }) => metadata.name === 'seaweedfs');
    const openTo = (port: string) =>
      spec.ingress
        .filter(({ ports }: Any) => ports.some((one: Any) => one.port === port))
        .flatMap(({ from }: Any) => from.map((peer: Any) => Object.entries(peer.pod_selector.match_labels).join()));
    expect(openTo('8888')).toEqual(['app.kubernetes.io/instance,seaweedfs', 'app.kubernetes.io/name,seaweedfs-users']);
    expect(openTo('8333')).toEqual([
      'app.kubernetes.io/instance,seaweedfs',
      'mlops-constructs/client-of-seaweedfs,true',
    ]);
  });

  test('a job of users reaches the bucket with the key of its namespace', () => {
    const { resources } = synthesized((app) => {
      const { stack, training } = new Platform(app, { ...preset, target: onPrem });
      training?.addJob('train', { image: 'train:1', uses: { data: stack.objectStore.readWrite('data') } });
    });
    expect(JSON.stringify(resources('acme-platform').kubernetes_cron_job_v1)).toContain('"name":"s3-default"');
  });
});

describe('operators', () => {
  test('are installed when asked for, each in its namespace; existing ones and those that are off are not', () => {
    const charts = releases(operators).flatMap(({ name, chart, namespace }) =>
      chart.startsWith('assets/') ? [] : [`${namespace}/${name}`],
    );
    expect(charts.sort()).toEqual([
      'cert-manager/cert-manager',
      'cnpg-system/cloudnative-pg',
      'cnpg-system/plugin-barman-cloud',
      'envoy-gateway-system/gateway-helm',
      'gpu-operator/gpu-operator',
      'kueue-system/kueue',
      'metrics-server/metrics-server',
    ]);
    const off = { cloudNativePg: { mode: 'existing', namespace: 'postgres-operator' }, metricsServer: { mode: 'off' } };
    const existing = withTarget({ operators: off });
    expect(existing.addresses.filter((address) => address.startsWith('acme-operators'))).toEqual([]);
    expect(JSON.stringify(existing.resources('acme-data').kubernetes_network_policy_v1)).toContain('postgres-operator');
  });

  test('the plugin of backups comes after its operator and after cert-manager, which signs its certificates', () => {
    const all = Object.entries(operators.helm_release ?? {}) as [string, Any][];
    const address = (name: string) => `helm_release.${all.find(([, release]) => release.name === name)?.[0]}`;
    const plugin = all.find(([, { name }]) => name === 'plugin-barman-cloud')?.[1];
    expect(plugin.depends_on).toEqual(expect.arrayContaining([address('cloudnative-pg'), address('cert-manager')]));
  });

  test('the gateway lets in the networks that are named, by a certificate of the platform', () => {
    const manifests = manifestsOf(operators);
    const [proxy] = manifests.filter(({ kind }) => kind === 'EnvoyProxy');
    expect(proxy.spec.provider.kubernetes.envoyService).toEqual({
      name: 'acme',
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
    });
    expect(manifests.filter(({ kind }) => kind === 'Certificate')).toHaveLength(2);
  });

  test('cards are split and shared by the GPU operator, and their metrics are scraped', () => {
    const values = valuesOf(operators, 'gpu-operator');
    expect(values).toMatchObject({
      driver: { enabled: false },
      mig: { strategy: 'mixed' },
      migManager: { enabled: true },
      dcgmExporter: { serviceMonitor: { enabled: true, additionalLabels: { release: 'prometheus' } } },
    });
    expect(Object.keys(values.devicePlugin.config.data)).toEqual(['whole', 'shared-4']);
    const { notes } = JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8'));
    const texts = notes.map(({ text }: Any) => text);
    expect(texts).toContain("label the nodes of pool 'a30': kubectl label node NAME nvidia.com/mig.config=all-1g.6gb");
    expect(texts).toContain(
      "label the nodes of pool 'a2': kubectl label node NAME nvidia.com/device-plugin.config=shared-4",
    );
    const own = withTarget({ operators: { gpuOperator: { mode: 'install', driver: 'operator' } } });
    expect(valuesOf(own.resources('acme-operators'), 'gpu-operator')).toMatchObject({
      driver: { enabled: true },
      toolkit: { enabled: true },
    });
  });
});

describe('without a way to the internet', () => {
  test('every chart comes from the mirror, every image from the registry', () => {
    for (const name of ['acme-operators', 'acme-data', 'acme-platform']) {
      const { resource = {}, data: lookups = {} } = stack(name);
      const charts = [...releases(resource), ...Object.values(lookups.helm_template ?? {})] as Any[];
      for (const { chart, repository } of charts)
        if (!chart.startsWith('assets/')) expect(repository).toBe('oci://registry.example.com/charts');
    }
    const { images } = JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8'));
    expect(images).not.toHaveLength(0);
    for (const { image } of images.filter(({ startedBy }: Any) => startedBy))
      expect(image).toMatch(/^registry\.example\.com\/mirror\/[a-z0-9.]+\//);
    // what a chart's values say of images: nothing is pulled from anywhere else
    const text = JSON.stringify([stack('acme-operators'), stack('acme-data')]);
    for (const [host] of text.matchAll(/[\w./-]*(quay\.io|nvcr\.io|ghcr\.io|registry\.k8s\.io|docker\.io)\//g))
      expect(host).toMatch(/^registry\.example\.com\/mirror\//);
  });

  test('a folder holds the charts as <name>-<version>.tgz', () => {
    const { resources } = withTarget({ chartMirror: '/srv/charts' });
    expect(releases(resources('acme-operators')).map(({ chart }) => chart)).toContain(
      '/srv/charts/cloudnative-pg-0.29.0.tgz',
    );
  });
});
