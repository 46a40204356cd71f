import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type IAddon, PlatformError, Registry, TrainingCluster } from '../../lib/index';
import { BaseStack, Platform } from '../../stacks/index';
import { example, newFolder, preset, problemsOf, readSynthesized, synthesized } from '../harness/synth';

const withPreset = (changes: object) => synthesized((app) => new Platform(app, { ...preset, ...changes }));
const platform = synthesized((app) => {
  const { training } = new Platform(app, preset);
  training?.addJob('train', {
    image: 'train:1',
    need: { memory: '20 GiB', count: 2 },
    env: { TEMPLATE: '${x} and %{y}' },
    egress: [{ cidrs: ['198.51.100.0/24'], port: 443 }],
    secrets: { HF_TOKEN: { secretName: 'hub', key: 'token' } },
  });
});
const only = (resources: Record<string, Record<string, unknown>>, type: string) => {
  const found = Object.values(resources[type] ?? {});
  expect(found).toHaveLength(1);
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  return found[0] as any;
};

test('the addresses of the example are what they were: a changed address is a destroyed resource', () => {
  const snapshot = readFileSync(join(__dirname, '../addresses/existing-cluster.txt'), 'utf8');
  expect(`${readSynthesized(example('existing-cluster')).addresses.join('\n')}\n`).toBe(snapshot);
});

/** Destroying one of these destroys what somebody keeps in it. */
const dataTypes = ['kubernetes_namespace_v1', 'kubernetes_persistent_volume_claim_v1', 'kubernetes_stateful_set_v1'];

test.each(['on', 'off'] as const)('what holds data is protected: dataProtection %s', (dataProtection) => {
  const { resources } = withPreset({ dataProtection });
  const protectedOnes = ['acme-foundation', 'acme-data', 'acme-platform'].flatMap((stack) =>
    dataTypes.flatMap((type) =>
      Object.values(resources(stack)[type] ?? {}).map(({ lifecycle }) => ({ stack, lifecycle })),
    ),
  );
  const lifecycle = { prevent_destroy: dataProtection === 'on' };
  expect(protectedOnes).toEqual([
    { stack: 'acme-foundation', lifecycle },
    { stack: 'acme-foundation', lifecycle },
  ]);
});

test('removing the registry keeps its database: nothing drops one', () => {
  const { resources } = withPreset({ registry: { mode: 'off' } });
  expect(resources('acme-data')).toEqual({});
  expect(resources('acme-platform').kubernetes_deployment_v1).toBeUndefined();
});

test('switching training off keeps the namespace of its jobs, with the Secrets that people brought there', () => {
  const namespaces = Object.values(
    withPreset({ training: { mode: 'off' } }).resources('acme-foundation').kubernetes_namespace_v1 ?? {},
  );
  expect(namespaces.map(({ metadata }) => (metadata as { name: string }).name).sort()).toEqual(['acme', 'acme-jobs']);
});

test('the registry is restricted, probed, limited, and gets its secrets as files', () => {
  const { spec } = only(platform.resources('acme-platform'), 'kubernetes_deployment_v1');
  const pod = spec.template.spec;
  expect(pod).toMatchObject({
    automount_service_account_token: false,
    enable_service_links: false,
    termination_grace_period_seconds: 30,
    security_context: { run_as_non_root: true, seccomp_profile: { type: 'RuntimeDefault' } },
  });
  const [container] = pod.container;
  expect(container).toMatchObject({
    image: 'ghcr.io/acme/registry:1.0.0',
    security_context: {
      allow_privilege_escalation: false,
      read_only_root_filesystem: true,
      run_as_non_root: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    liveness_probe: { http_get: { path: '/livez', port: 'http' } },
    readiness_probe: { http_get: { path: '/readyz', port: 'http' } },
  });
  const env = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  expect(env).toEqual({
    MAX_UPLOAD_MIB: '5120',
    ARTIFACTS_BUCKET: 'acme-ml',
    ARTIFACTS_PREFIX: 'registry',
    ARTIFACTS_REGION: 'us-east-1',
    ARTIFACTS_ENDPOINT: 'https://s3.example.com',
    ARTIFACTS_PATH_STYLE: 'true',
    ARTIFACTS_ACCESS_KEY_ID_FILE: '/run/secrets/artifacts/accessKeyId',
    ARTIFACTS_SECRET_ACCESS_KEY_FILE: '/run/secrets/artifacts/secretAccessKey',
    DATABASE_HOST: 'pg.example.com',
    DATABASE_PORT: '5432',
    DATABASE_DATABASE: 'acme_registry',
    DATABASE_USER: 'acme_registry',
    DATABASE_SSL_MODE: 'verify-full',
    DATABASE_PASSWORD_FILE: '/run/secrets/database/password',
  });
  expect(pod.volume).toContainEqual({
    name: 'secrets-database',
    projected: [
      {
        default_mode: '0440',
        sources: [{ secret: [{ name: 'postgres-registry', items: [{ key: 'password', path: 'password' }] }] }],
      },
    ],
  });
});

test('the registry has two pods, of which at most one goes at a time, spread over nodes', () => {
  const { spec } = only(platform.resources('acme-platform'), 'kubernetes_deployment_v1');
  const budget = only(platform.resources('acme-platform'), 'kubernetes_pod_disruption_budget_v1').spec;
  expect(spec.replicas).toBe('2');
  expect(spec.template.spec.topology_spread_constraint.map((c: { topology_key: string }) => c.topology_key)).toContain(
    'kubernetes.io/hostname',
  );
  expect([budget.max_unavailable, budget.selector]).toEqual(['1', spec.selector]);
});

test('a password is ephemeral, written once, and its Job is named by its input', () => {
  const stack = JSON.parse(readFileSync(join(platform.outdir, 'stacks/acme-data/cdk.tf.json'), 'utf8'));
  const [name] = Object.keys(stack.ephemeral.random_password);
  expect(only(stack.resource, 'kubernetes_secret_v1')).toMatchObject({
    data_wo: { password: `\${ephemeral.random_password.${name}.result}` },
    data_wo_revision: 1,
  });
  const jobName = (resources: Record<string, Record<string, Record<string, unknown>>>) =>
    only(resources, 'kubernetes_job_v1').metadata.name;
  const target = { ...preset.target, postgres: { ...preset.target.postgres, passwordRevision: 2 } };
  const rotated = withPreset({ target }).resources('acme-data');
  expect(only(rotated, 'kubernetes_secret_v1').data_wo_revision).toBe(2);
  expect(jobName(rotated)).not.toBe(jobName(stack.resource));
});

test('what Rancher and OpenShift write on namespaces is theirs: plans neither show nor remove it', () => {
  const stack = JSON.parse(readFileSync(join(platform.outdir, 'stacks/acme-foundation/cdk.tf.json'), 'utf8'));
  const [{ ignore_annotations, ignore_labels }] = stack.provider.kubernetes;
  const ignored = (key: string) =>
    [...ignore_annotations, ...ignore_labels].map((pattern: string) => new RegExp(pattern).test(key));
  expect(ignored('field.cattle.io/projectId')).toEqual([true, true]);
  expect(ignored('openshift.io/sa.scc.uid-range')).toEqual([true, true]);
  expect(ignored('mlops-constructs/platform')).toEqual([false, false]);
});

test('state lies beside the project, or in a bucket with a lock', () => {
  const backend = ({ outdir }: typeof platform) =>
    JSON.parse(readFileSync(join(outdir, 'stacks/acme-data/cdk.tf.json'), 'utf8')).terraform.backend;
  expect(backend(platform)).toEqual({ local: { path: '../../../.state/acme-data.tfstate' } });
  expect(
    backend(withPreset({ state: { mode: 's3', bucket: 'acme-state', region: 'eu-west-1', prefix: 'ml' } })),
  ).toEqual({
    s3: { bucket: 'acme-state', key: 'ml/acme-data.tfstate', region: 'eu-west-1', use_lockfile: true },
  });
  expect(
    backend(withPreset({ state: { mode: 's3', bucket: 'acme-state', endpoint: 'https://s3.example.com' } })).s3,
  ).toMatchObject({
    endpoints: { s3: 'https://s3.example.com' },
    use_path_style: true,
    skip_credentials_validation: true,
    use_lockfile: true,
  });
});

test('images are named by digest where the lock file has one', () => {
  const lockFile = join(newFolder(), '..', 'images.lock.json');
  const digest = `sha256:${'a'.repeat(64)}`;
  writeFileSync(lockFile, JSON.stringify({ repository: 'ghcr.io/acme', images: { registry: digest } }));
  const { resources } = withPreset({ images: { ...preset.images, lockFile } });
  const image = (stack: string, type: string) => only(resources(stack), type).spec.template.spec.container[0].image;
  expect(image('acme-platform', 'kubernetes_deployment_v1')).toBe(`ghcr.io/acme/registry@${digest}`);
  expect(image('acme-data', 'kubernetes_job_v1')).toBe('ghcr.io/acme/database-bootstrap:1.0.0');

  expect(() => withPreset({ images: { repository: 'mirror.example.com/acme', lockFile } })).toThrow(
    `image lock file '${lockFile}' is of another registry than images.repository, got 'ghcr.io/acme' and 'mirror.example.com/acme'; ` +
      "push the images there with 'mlops images push --repository mirror.example.com/acme', or correct images.repository",
  );
});

test('jobs log to an MLflow server that is there already', () => {
  const { resources } = synthesized((app) => {
    const { target } = new Platform(app, { ...preset, registry: { mode: 'off' }, training: { mode: 'off' } });
    const stack = new BaseStack(app, 'company');
    const registry = Registry.fromUrl(stack, 'Registry', {
      url: 'https://mlflow.example.com',
      cidrs: ['198.51.100.7/32'],
    });
    new TrainingCluster(stack, 'Training', { cluster: target.cluster, platform: 'acme', registry }).addJob('train', {
      image: 'train:1',
    });
  });
  const pod = only(resources('company'), 'kubernetes_cron_job_v1').spec.job_template.spec.template.spec;
  expect(pod.container[0].env).toEqual([{ name: 'MLFLOW_TRACKING_URI', value: 'https://mlflow.example.com' }]);
  const policy = only(resources('company'), 'kubernetes_network_policy_v1');
  expect(policy.spec.egress).toContainEqual({
    to: [{ ip_block: { cidr: '198.51.100.7/32' } }],
    ports: [{ port: '443', protocol: 'TCP' }],
  });
});

test("a company's add-on lands in the stack of the workloads, and its problems are reported with all others", () => {
  const audit: IAddon<Platform> = {
    bind: (scope, { target }) => {
      const manifests = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'audit', namespace: 'acme' } }];
      target.cluster.addManifests(scope, 'Audit', { release: 'audit', namespace: 'acme', manifests });
    },
  };
  const { resources } = synthesized((app) => new Platform(app, preset, [audit]));
  expect(Object.values(resources('acme-platform').helm_release ?? {}).map(({ name }) => name)).toContain('audit');

  const broken: IAddon<Platform> = {
    bind: () => {
      throw new PlatformError({ what: 'audit needs a sink', got: 'none', do: 'name one' });
    },
  };
  expect(problemsOf((app) => new Platform(app, preset, [broken, audit]))).toEqual([
    'audit needs a sink, got none; name one (acme-platform)',
  ]);
});

test('images are pulled with the credentials of the cluster', () => {
  const target = { ...preset.target, imagePullSecrets: ['ghcr'] };
  const { resources } = withPreset({ target });
  const accounts = ['acme-data', 'acme-platform'].flatMap((stack) =>
    Object.values(resources(stack).kubernetes_service_account_v1 ?? {}).map((account) => account.image_pull_secret),
  );
  expect(accounts).toEqual([[{ name: 'ghcr' }], [{ name: 'ghcr' }]]);
});

test('with an autoscaler the plan ignores replicas', () => {
  const { resources } = withPreset({ registry: { mode: 'on', replicas: 2, autoscaling: { max: 6, cpuPercent: 70 } } });
  expect(only(resources('acme-platform'), 'kubernetes_deployment_v1').lifecycle).toEqual({
    ignore_changes: ['spec[0].replicas'],
  });
  expect(only(resources('acme-platform'), 'kubernetes_horizontal_pod_autoscaler_v2').spec).toMatchObject({
    min_replicas: 2,
    max_replicas: 6,
  });
});

test('a job asks for its accelerator, tolerates its taint, logs to the registry; its text is literal', () => {
  const { spec } = only(platform.resources('acme-platform'), 'kubernetes_cron_job_v1');
  expect(spec).toMatchObject({ suspend: true, schedule: '0 0 31 2 *' });
  const pod = spec.job_template.spec.template.spec;
  expect(pod.node_selector).toEqual({ 'nvidia.com/gpu.product': 'NVIDIA-A30' });
  expect(pod.toleration).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
  expect(pod.container[0].resources.limits).toMatchObject({ 'nvidia.com/gpu': '2' });
  expect(pod.container[0].env).toEqual([
    { name: 'MLFLOW_TRACKING_URI', value: 'http://registry.acme.svc:5000' },
    { name: 'TEMPLATE', value: '$${x} and %%{y}' },
    { name: 'HF_TOKEN', value_from: { secret_key_ref: { name: 'hub', key: 'token' } } },
  ]);
  expect(spec.job_template.spec.template.metadata.labels).toMatchObject({
    'mlops-constructs/client-of-registry': 'true',
  });
  const policies = Object.values(platform.resources('acme-platform').kubernetes_network_policy_v1 ?? {});
  expect(JSON.stringify(policies)).toContain(
    '"ports":[{"port":"443","protocol":"TCP"}],"to":[{"ip_block":{"cidr":"198.51.100.0/24"}}]',
  );
});

test('a link may be named as a variable is: training_data', () => {
  const { resources } = synthesized((app) => {
    const { training, target } = new Platform(app, preset);
    training?.addJob('train', { image: 'train:1', uses: { training_data: target.objectStore(app).read() } });
  });
  const pod = only(resources('acme-platform'), 'kubernetes_cron_job_v1').spec.job_template.spec.template.spec;
  expect(pod.container[0].volume_mount).toContainEqual({
    name: 'secrets-training-data',
    mount_path: '/run/secrets/training_data',
    read_only: true,
  });
  expect(pod.volume.map(({ name }: { name: string }) => name)).toContain('secrets-training-data');
});

test('a job has shared memory for the workers of a data loader, up to its limit', () => {
  const { spec } = only(platform.resources('acme-platform'), 'kubernetes_cron_job_v1');
  const pod = spec.job_template.spec.template.spec;
  expect(pod.volume).toContainEqual({ name: 'shared-memory', empty_dir: { medium: 'Memory' } });
  expect(pod.container[0].volume_mount).toContainEqual({ name: 'shared-memory', mount_path: '/dev/shm' });
});

test('the queue has a flavor per pool, with the quotas of its nodes', () => {
  const release = only(platform.resources('acme-platform'), 'helm_release');
  const { manifests } = parse(release.values[0]);
  const queue = manifests.find(({ kind }: { kind: string }) => kind === 'ClusterQueue');
  const quota = (name: string, nominalQuota: string) => ({ name, nominalQuota });
  expect(queue.spec.resourceGroups).toEqual([
    {
      coveredResources: ['cpu', 'memory', 'nvidia.com/gpu'],
      flavors: [
        { name: 'acme-cpu', resources: [quota('cpu', '16'), quota('memory', '64Gi'), quota('nvidia.com/gpu', '0')] },
        { name: 'acme-a30', resources: [quota('cpu', '32'), quota('memory', '256Gi'), quota('nvidia.com/gpu', '4')] },
      ],
    },
  ]);
});

test('quotas of fractions of a core are written as anybody would', () => {
  const { resources } = withPreset({
    target: { ...preset.target, pools: { cpu: { nodes: 3, cpu: 7.9, memory: '30 GiB' } } },
  });
  expect(only(resources('acme-platform'), 'helm_release').values[0]).toContain('"nominalQuota": "23.7"');
});

test('synth lists every Secret that people must bring, with its keys', () => {
  const key = (secretName: string, key: string) => ({ secretName, key });
  const registry = { accessKeyId: key('s3-id', 'id'), secretAccessKey: key('s3-key', 'secret') };
  const objectStore = { ...preset.target.objectStore, credentials: { registry } };
  const { outdir } = withPreset({ target: { ...preset.target, objectStore } });
  const { notes } = JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8'));
  expect(notes.map(({ text }: { text: string }) => text).filter((text: string) => text.startsWith('Secret'))).toEqual([
    "Secret 'acme/postgres-admin' (key 'password') must be there before the data stack is applied",
    "Secret 's3-id' (key 'id') must be in the namespace of 'registry' before the platform stack is applied",
    "Secret 's3-key' (key 'secret') must be in the namespace of 'registry' before the platform stack is applied",
  ]);
});

test('a route and a monitor come when the cluster has what reads them', () => {
  const { resources } = withPreset({
    operators: {
      kueue: { mode: 'off' },
      gateway: { mode: 'existing', name: 'public', namespace: 'gateways' },
      prometheus: { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } },
    },
    registry: { mode: 'on', hostname: 'mlflow.example.com' },
  });
  const { manifests } = parse(only(resources('acme-platform'), 'helm_release').values[0]);
  expect(manifests.map(({ kind }: { kind: string }) => kind)).toEqual(['ServiceMonitor', 'HTTPRoute']);
  expect(manifests[1].spec).toMatchObject({
    hostnames: ['mlflow.example.com'],
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
  });
  const policies = Object.values(resources('acme-platform').kubernetes_network_policy_v1 ?? {});
  expect(JSON.stringify(policies)).toContain('"kubernetes.io/metadata.name":"gateways"');
});

test('a gateway whose proxies run in a namespace of their own is let in from there', () => {
  const gateway = { mode: 'existing', name: 'public', namespace: 'gateways', podNamespace: 'envoy-gateway-system' };
  const { resources } = withPreset({
    operators: { ...preset.operators, kueue: { mode: 'off' }, gateway },
    registry: { mode: 'on', hostname: 'mlflow.example.com' },
  });
  const { manifests } = parse(only(resources('acme-platform'), 'helm_release').values[0]);
  expect(manifests[0].spec.parentRefs).toEqual([{ name: 'public', namespace: 'gateways' }]);
  const policies = JSON.stringify(Object.values(resources('acme-platform').kubernetes_network_policy_v1 ?? {}));
  expect(policies).toContain('"kubernetes.io/metadata.name":"envoy-gateway-system"');
  expect(policies).not.toContain('"kubernetes.io/metadata.name":"gateways"');
});
