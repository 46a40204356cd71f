import childProcess from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformOutput, TerraformStack, Token } from 'cdktf';
import {
  PlatformApp,
  PlatformError,
  type Preset,
  Registry,
  readPreset,
  Service,
  TrainingCluster,
} from '../../lib/index';
import { Cluster, type ExistingPool, ObjectStore, Postgres } from '../../lib/kubernetes/index';
import { registryContract } from '../../services/registry/contract';
import { Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, s3Credentials, synthesized } from '../harness/synth';

const bad = (changes: object) => problemsOf((app) => new Platform(app, { ...preset, ...changes } as Preset));
const target = (changes: object) => ({ target: { ...preset.target, ...changes } });

const cluster = (app: PlatformApp) =>
  Cluster.fromKubeconfig(app, 'Cluster', {
    name: 'on-prem',
    kubeconfig: preset.target.kubeconfig,
    pools: { cpu: { nodes: 1, cpu: 8, memory: '32 GiB' } },
  });
const registryProps = (
  app: PlatformApp,
  credentials: Record<string, typeof s3Credentials> = { default: s3Credentials },
) => ({
  cluster: cluster(app),
  platform: 'acme',
  image: 'registry:1',
  artifacts: ObjectStore.fromEndpoint(app, 'Store', {
    bucket: 'acme-ml',
    endpoint: 'https://s3.example.com',
    credentials,
  }),
  metadata: Postgres.fromEndpoint(app, 'Postgres', { platform: 'acme', host: 'pg.example.com' }),
});

function newStack(app: PlatformApp, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new KubernetesProvider(stack, 'Kubernetes');
  return stack;
}

test('typos in a preset, all at once', () => {
  const registry = { mode: 'on', replcas: 3 };
  const images = { repository: 'ghcr.io/acme', tag: 7 };
  expect(
    bad({ name: 'Acme ML', registry, images, operators: { ...preset.operators, kueue: { mode: 'instal' } } }),
  ).toEqual([
    'the preset is wrong at name, got "Acme ML"; correct it: expected lower-case letters, digits and dashes, starting with a letter',
    'the preset is wrong at images.tag, got 7; correct it: Invalid input: expected string, received number',
    'the preset is wrong at operators.kueue.mode, got "instal"; correct it: Invalid option: expected one of "install"|"existing"|"off"',
    'the preset is wrong at registry, got the keys mode, replcas; correct it: Unrecognized key: "replcas"',
  ]);
});

test('a preset file that is missing, is not JSON, or extends nothing that there is', () => {
  const file = join(newFolder(), '..', 'platform.json');
  const problem = (text?: string) => {
    if (text !== undefined) writeFileSync(file, text);
    try {
      return readPreset(file);
    } catch (error) {
      return (error as PlatformError).message;
    }
  };
  expect(problem()).toBe(`preset file '${file}' is missing, got no such file; give the path of a JSON file`);
  expect(problem('{')).toMatch(`preset file '${file}' is not JSON, got `);
  expect(problem('{ "extends": "medum" }')).toBe(
    `preset file '${file}' extends an unknown preset, got "medum"; extend one of 'reasonable'`,
  );
  const { name, images, target } = preset;
  expect(problem(JSON.stringify({ extends: 'reasonable', name, images, target, registry: { replicas: 3 } }))).toEqual({
    ...preset,
    registry: { mode: 'on', replicas: 3 },
  });
});

test('stores and operators in the cluster, all problems at once', () => {
  const postgres = { install: 'cloudnative-pg', storage: '20 GiB', backup: { schedule: '0 2 * * *' } };
  const operators = { certManager: { mode: 'off' } };
  const gateway = { mode: 'install', access: 'private', tls: { acme: { email: 'ml@example.com' } } };
  expect(
    bad({ operators: { ...preset.operators, gateway }, ...target({ postgres, operators, objectStore: store({}) }) }),
  ).toEqual([
    "operators.gateway with mode 'install' and postgres.backup needs cert-manager, got target.operators.certManager.mode 'off'; set it to 'install', or to 'existing' where it is there (acme/Target)",
    "operators.gateway has mode 'install', and nothing is behind it, got no host name; give one to a service, such as registry.hostname, or set the mode to 'off' (acme/Target)",
    'operators.gateway.tls.acme needs a gateway on the internet, got access "private"; set access to { publicFrom: [...] }, or tls to \'own-ca\' (acme/Target)',
    "acme/Target/ObjectStore has no credentials for 'postgres-backup', got neither its own nor default ones; add credentials for 'postgres-backup', or credentials.default (acme-data)",
    "postgres.backup.schedule needs six fields, seconds first, got '0 2 * * *'; write it as '0 0 2 * * *' for two at night (acme-data/Postgres)",
    "acme/Target/ObjectStore has no credentials for 'registry', got neither its own nor default ones; add credentials for 'registry', or credentials.default (acme-platform)",
  ]);
});

const store = (credentials: object) => ({ ...preset.target.objectStore, credentials });

test("CloudNativePG's own backups, endpoints and servers in one, and image registries that are addresses, are refused", () => {
  const inCluster = { install: 'cloudnative-pg', storage: '20 GiB' };
  const postgres = {
    ...inCluster,
    backup: { barmanObjectStore: { destinationPath: 's3://x' } },
    host: 'pg.example.com',
  };
  expect(bad(target({ postgres, imageRegistry: 'https://registry.example.com/' }))).toEqual([
    "the preset is wrong at target.imageRegistry, got \"https://registry.example.com/\"; correct it: expected a host and a path, as 'registry.example.com/mirror', without 'https://' and without a slash at the end",
    "the preset is wrong at target.postgres.backup.barmanObjectStore, got the keys destinationPath; correct it: CloudNativePG's own barmanObjectStore is deprecated and is never written; leave it out, backups go to objectStore by the plugin",
    'the preset is wrong at target.postgres, got the keys install, storage, backup, host; correct it: Unrecognized key: "host"',
  ]);
});

test('problems of the cluster and of every construct, all at once', () => {
  const problems = problemsOf((app) => {
    const { training } = new Platform(app, { ...preset, ...target({ kubeconfig: '/nowhere/config' }) } as Preset);
    training?.addJob('Train_1', { image: 'x' });
    training?.addJob('train-2', { image: 'x', need: { memory: '40 GiB' } });
  });
  expect(problems).toEqual([
    "kubeconfig '/nowhere/config' is missing, got no such file; write it with your cluster's tool, or give the right path in kubeconfig (acme/Target/Cluster)",
    "the job is not a DNS label, got 'Train_1'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (acme-platform/Training/Train_1)",
    "cluster 'on-prem' does not have an accelerator with 40 GiB for experiments, got pools a30: 4 × A30 (24 GiB, sold as 24 GB); add a pool that has it, or lower the need (acme-platform/Training/train-2)",
  ]);
});

test('no pool for services', () => {
  const { a30 } = preset.target.pools;
  const problem =
    "cluster 'on-prem' has no CPU pool for services, got 'a30' (A30); add a pool without accelerator to pools, or widen the purposes of one";
  expect(bad(target({ pools: { a30 } }))).toEqual([`${problem} (acme-data)`, `${problem} (acme-platform)`]);
});

test('MIG on a card that has none, from JSON', () => {
  const pools = {
    ...preset.target.pools,
    t4: { nodes: 1, cpu: 8, memory: '32 GiB', accelerator: 'T4', mig: '1g.5gb' },
  };
  expect(bad(target({ pools }))).toEqual([
    "pool 't4' asks for MIG, which T4 does not have, got '1g.5gb'; leave out mig, or use 'A30', 'A100 40GB', 'RTX PRO 6000', 'A100 80GB', 'H100' or 'H200' (acme/Target/Cluster)",
  ]);
});

test('a name that leaves no room, and a host name without a gateway', () => {
  expect(bad({ name: 'a'.repeat(31) })).toEqual([
    `the preset is wrong at name, got "${'a'.repeat(31)}"; correct it: Too big: expected string to have <=30 characters`,
  ]);
  expect(bad({ registry: { mode: 'on', hostname: 'mlflow.example.com' } })).toEqual([
    "registry.hostname needs a gateway, got 'mlflow.example.com' with operators.gateway.mode 'off'; name your Gateway in operators.gateway, or leave hostname out (acme)",
  ]);
});

test('a workload without credentials, and a link that its identity cannot take', () => {
  expect(
    problemsOf((app) => {
      const props = registryProps(app, { trainer: s3Credentials });
      const metadata = { ...props.metadata.database('registry'), offers: [{ kind: 'iam' }] };
      const stack = new TerraformStack(app, 'stack');
      new Registry(stack, 'Registry', {
        ...props,
        metadata: Object.assign(props.metadata, { database: () => metadata }),
      });
    }),
  ).toEqual([
    "Store has no credentials for 'registry', got neither its own nor default ones; add credentials for 'registry', or credentials.default",
    "'registry' cannot be let into Postgres: cluster 'on-prem' understands only 'secret', got 'iam'; give the resource credentials in a Secret, or run on a cluster of its cloud",
  ]);
});

test('what only the API server would refuse: quantities, schedules, names', () => {
  const resources = { requests: { cpu: '2 cores', memory: '2Gi' }, limits: { cpu: '1', memory: '512Mi' } };
  const notAName =
    'use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit';
  expect(
    problemsOf((app) => {
      const { platform: _, ...props } = registryProps(app);
      new Registry(new TerraformStack(app, 'one'), 'Registry', { ...props, platform: 'Acme', resources });
      const training = new TrainingCluster(new TerraformStack(app, 'two'), 'Training', {
        cluster: props.cluster,
        platform: 'acme',
      });
      training.addJob('train', { image: 'x', resources, schedule: 'daily at 3' });
    }),
  ).toEqual([
    `the name of the platform is not a DNS label, got 'Acme'; ${notAName} (one/Registry/Service)`,
    "requests.cpu is not a Kubernetes quantity, got '2 cores'; write it as '500m' or '2' (one/Registry/Service)",
    "requests.memory is above limits.memory, got '2Gi' and '512Mi'; raise the limit (one/Registry/Service)",
    "requests.cpu is not a Kubernetes quantity, got '2 cores'; write it as '500m' or '2' (two/Training/train)",
    "requests.memory is above limits.memory, got '2Gi' and '512Mi'; raise the limit (two/Training/train)",
    "schedule is not a cron expression, got 'daily at 3'; give five fields, '0 3 * * 1' for Mondays at three (two/Training/train)",
  ]);
  expect(bad(target({ pools: { ...preset.target.pools, GPU_1: { nodes: 1, cpu: 1, memory: '1 GiB' } } }))).toEqual([
    `the name of a pool is not a DNS label, got 'GPU_1'; ${notAName} (acme/Target/Cluster)`,
  ]);
});

test('jobs: two of one name, names that are no variables, a count of nothing', () => {
  const problems = problemsOf((app) => {
    const { training, target } = new Platform(app, preset);
    training?.addJob('train', { image: 'x' });
    training?.addJob('train', { image: 'y' });
    training?.addJob('score', {
      image: 'x',
      env: { 'BATCH SIZE': '1' },
      uses: { 'my data': target.objectStore(app).read() },
    });
    training?.addJob('tune', { image: 'x', need: { count: 2 } });
  });
  expect(problems).toEqual([
    "two jobs have one name, got 'train' again; give one of them another name (acme-platform/Training)",
    "the name of a variable may hold letters, digits and _, got 'BATCH SIZE'; correct it in env (acme-platform/Training/score)",
    "the name of a link may hold letters, digits and _, got 'my data'; correct it in uses, variables begin with it (acme-platform/Training/score)",
    'a count of accelerators says nothing of which, got count 2; add memory or accelerator, or leave out count (acme-platform/Training/tune)',
  ]);
});

test('what a link says is checked by the contract of who reads it', () => {
  expect(bad({ registry: { mode: 'on', prefix: '/experiments/' } })).toEqual([
    "registry does not accept ARTIFACTS_PREFIX, got '/experiments/'; give it what it means: expected no slash at either end (acme-platform)",
  ]);
  expect(() =>
    synthesized((app) => new Platform(app, { ...preset, registry: { mode: 'on', prefix: '' } })),
  ).not.toThrow();
});

test('a queue for a cluster without pools', () => {
  expect(
    problemsOf((app) => {
      const stack = new TerraformStack(app, 'stack');
      const empty = Cluster.fromKubeconfig(stack, 'Cluster', {
        name: 'on-prem',
        kubeconfig: preset.target.kubeconfig,
        pools: {},
      });
      new TrainingCluster(stack, 'Training', { cluster: empty, platform: 'acme', queue: 'kueue' });
    }),
  ).toEqual([
    "cluster 'on-prem' has no pool that a quota could be made of, got none; add one to pools, or set queue to 'off' (stack/Training)",
  ]);
});

test('an autoscaler that may not have as many pods as it starts with', () => {
  expect(bad({ registry: { mode: 'on', replicas: 5, autoscaling: { max: 3, cpuPercent: 70 } } })).toEqual([
    'autoscaling.max is below replicas, got 3 and 5; raise max, or lower replicas (acme-platform/Registry/Service)',
  ]);
});

test('two constructs that make one object', () => {
  const problems = problemsOf((app) => {
    const props = registryProps(app);
    new Registry(new TerraformStack(app, 'one'), 'Registry', props);
    new Registry(new TerraformStack(app, 'two'), 'Registry', props);
  });
  expect(problems).toContain(
    "two constructs make deployment 'acme/registry', got one at one/Registry/Service/Server/Resource too; give one of them another name (two/Registry/Service/Server/Resource)",
  );
});

const training = (stack: TerraformStack, platform: string, name: string, context?: string) =>
  new TrainingCluster(stack, `Training-${platform}`, {
    cluster: Cluster.fromKubeconfig(stack, `Cluster-${platform}`, {
      name,
      kubeconfig: preset.target.kubeconfig,
      context,
      pools: {},
    }),
    platform,
  });

test('two clusters in one stack, whose resources would all land in one of them', () => {
  const problems = (first: [string, string?], second: [string, string?]) =>
    problemsOf((app) => {
      const stack = new TerraformStack(app, 'stack');
      training(stack, 'one', ...first);
      training(stack, 'two', ...second);
    });
  expect(problems(['dev'], ['prod'])).toEqual([
    "the stack adds to two clusters, got 'dev' and 'prod'; give each cluster a stack of its own (stack)",
  ]);
  expect(problems(['on-prem'], ['on-prem', 'on-prem'])).toEqual([
    "the stack adds to two clusters, got 'on-prem' and another that is called 'on-prem'; give each cluster a stack of its own (stack)",
  ]);
});

test('the same objects in two clusters are no twins', () => {
  const app = new PlatformApp({ outdir: newFolder() });
  training(new TerraformStack(app, 'dev'), 'acme', 'dev');
  training(new TerraformStack(app, 'prod'), 'acme', 'prod', 'on-prem');
  expect(() => app.synth()).not.toThrow();
});

test('two resources with one logical id, which cdktf would merge', () => {
  expect(
    problemsOf((app) => {
      const stack = newStack(app, 'stack');
      for (const id of ['A', 'B'])
        new NamespaceV1(stack, id, { metadata: { name: id.toLowerCase() } }).overrideLogicalId('same');
    }),
  ).toEqual([
    'two resources have the address kubernetes_namespace_v1.same, got one at stack/A too; give one of them another id (stack/B)',
  ]);
});

test('a value of another stack, and a number token inside a text', () => {
  expect(
    problemsOf((app) => {
      const one = newStack(app, 'one');
      const two = new TerraformStack(app, 'two');
      const namespace = new NamespaceV1(one, 'Namespace', { metadata: { name: 'a' } });
      new TerraformOutput(two, 'Output', { value: namespace.id });
    }),
  ).toEqual([
    "stack 'two' reads another stack's state, got cross-stack-reference-input-one; use a name that both know instead (two)",
  ]);
  const [problem] = problemsOf((app) => {
    new NamespaceV1(newStack(app, 'one'), 'N', {
      metadata: { name: `p-${Token.asNumber({ resolve: () => 1, creationStack: [] })}` },
    });
  });
  expect(problem).toMatch(
    /^kubernetes_namespace_v1\.N has a number token inside a text, got '-\d\.\d+e\+298'; wrap the number in Token\.asString \(one\/N\)$/,
  );
});

test('an address that is no URL', () => {
  const advice = "write it with its scheme, as 'https://s3.example.com'";
  expect(
    problemsOf((app) => {
      ObjectStore.fromEndpoint(app, 'Store', {
        bucket: 'acme',
        endpoint: 's3.example.com:9000',
        credentials: {},
      }).read();
      Registry.fromUrl(app, 'Mlflow', { url: 'mlflow.example.com' }).client();
    }),
  ).toEqual([
    `the endpoint of the bucket is not an address over http or https, got 's3.example.com:9000'; ${advice} (Store)`,
    `the url of the registry is not an address over http or https, got 'mlflow.example.com'; ${advice} (Mlflow)`,
  ]);
});

test('a literal that the contract does not accept', () => {
  const build = () => {
    const app = new PlatformApp({ outdir: newFolder() });
    new Registry(new TerraformStack(app, 'stack'), 'Registry', { ...registryProps(app), maxUpload: 'lots' as '5 GiB' });
  };
  expect(build).toThrow("memory needs a positive number and a unit, got 'lots'; write it as '20 GiB' or '512 MiB'");
});

test('a failed synth leaves the last good one in place', () => {
  const outdir = newFolder();
  const good = new PlatformApp({ outdir });
  new Platform(good, preset);
  good.synth();
  const file = join(outdir, 'stacks/acme-platform/cdk.tf.json');
  const before = readFileSync(file, 'utf8');
  writeFileSync(join(outdir, 'stacks/acme-platform/.terraform.lock.hcl'), '');

  const worse = new PlatformApp({ outdir });
  new Platform(worse, preset).training?.addJob('NO', { image: 'x' });
  expect(() => worse.synth()).toThrow(PlatformError);
  expect(readFileSync(file, 'utf8')).toBe(before);

  const again = new PlatformApp({ outdir });
  new Platform(again, { ...preset, training: { mode: 'off' } });
  again.synth();
  expect(readFileSync(file, 'utf8')).not.toBe(before);
  expect(existsSync(join(outdir, 'stacks/acme-platform/.terraform.lock.hcl'))).toBe(true);
});

/** Never run: these must not compile. */
export const typeTests = (app: PlatformApp) => {
  const props = registryProps(app);
  const { artifacts: store, metadata: postgres, ...rest } = props;
  // @ts-expect-error no artifacts
  new Registry(app, 'A', { ...rest, metadata: postgres });
  // @ts-expect-error a database is not an object store
  new Registry(app, 'B', { ...rest, metadata: postgres, artifacts: postgres });
  // @ts-expect-error the props have no such field
  new Registry(app, 'C', { ...props, replcas: 2 });
  // @ts-expect-error no unit
  new Registry(app, 'D', { ...props, maxUpload: '5' });
  const service = {
    ...rest,
    contract: registryContract,
    uses: { artifacts: store.read(), database: postgres.database('x') },
  };
  new Service(app, 'S1', { ...service, env: { MAX_UPLOAD_MIB: Token.asNumber({}) } });
  // @ts-expect-error a required variable is missing
  new Service(app, 'S2', { ...service, env: {} });
  // @ts-expect-error the contract has no such variable
  new Service(app, 'S3', { ...service, env: { MAX_UPLOAD_MIB: 1, NOPE: 'x' } });
  // @ts-expect-error a connection is missing
  new Service(app, 'S4', { ...service, env: { MAX_UPLOAD_MIB: 1 }, uses: { artifacts: store.read() } });
  const uses = { ...service.uses, artifacts: postgres.database('x') };
  // @ts-expect-error a database is not an object store
  new Service(app, 'S5', { ...service, env: { MAX_UPLOAD_MIB: 1 }, uses });
  const training = new TrainingCluster(app, 'E', { cluster: rest.cluster, platform: 'a' });
  // @ts-expect-error the catalogue has no such card
  training.addJob('x', { image: 'x', need: { accelerator: 'A31' } });
  const node = { nodes: 1, cpu: 1, memory: '1 GiB' } as const;
  const a30: ExistingPool = { ...node, accelerator: 'A30', mig: '1g.6gb' };
  // @ts-expect-error a T4 has no MIG
  const t4: ExistingPool = { ...node, accelerator: 'T4', mig: '1g.5gb' };
  return { a30, t4 };
};

test('synth starts no program: neither Terraform nor a cluster need be there', () => {
  const started = jest.spyOn(childProcess, 'execSync');
  synthesized((app) => new Platform(app, preset));
  expect(started).not.toHaveBeenCalled();
});

test.each([
  [undefined, 0],
  [true, 1],
])('tokens are noted with the place where they were made: stackTraces %s', (stackTraces, least) => {
  jest.isolateModules(() => {
    const { PlatformApp: App } = require('../../lib/index') as typeof import('../../lib/index');
    const { Lazy } = require('cdktf') as typeof import('cdktf');
    new App({ outdir: newFolder(), ...(stackTraces === undefined ? {} : { stackTraces }) });
    const { creationStack } = Lazy.anyValue({ produce: () => 1 });
    expect(Math.min(creationStack.length, 1)).toBe(least);
  });
});
