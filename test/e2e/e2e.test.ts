import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ask, moveAlias } from '../../examples/flight-delay/alias';
import { preparePython as prepareFlightPython } from '../../examples/flight-delay/python';
import { scoreJuly } from '../../examples/flight-delay/score';
import { preparePython } from '../clients/venv';
import { s3Keys } from '../harness/s3';
import { installDefinitions } from './definitions';
import { forwardServing, hasPython, model, servingReady, trainOnNode } from './flight-delay';
import { buildImages, imageContent, ourImages, repository } from './images';
import { createSecret, get, kubectl, live, mlops, portForward, secretValue, until } from './kubectl';
import { leaks } from './leaks';
import { type Change, type Surroundings, synthesize } from './platform';
import { admin, startSurroundings } from './surroundings';
import { type Manifest, type StackName, stackNames, Terraform } from './terraform';

const folder = mkdtempSync(join(tmpdir(), 'mlops-e2e-'));
const terraform = new Terraform(folder);
const tag = 'e2e';
const figures: Record<string, unknown> = {};
let servers: Awaited<ReturnType<typeof startSurroundings>>;
let surroundings: Surroundings;
/** With the packages of the example flight-delay. */
let python: string | undefined;
/** Plans as JSON, kept for the search for secrets. */
const plans: string[] = [];

const plan = (stack: StackName) => {
  const result = terraform.plan(stack);
  plans.push(result.json);
  return result;
};

beforeAll(async () => {
  servers = await startSurroundings();
  if (hasPython) python = await prepareFlightPython();
  figures['image megabytes, uncompressed'] = buildImages(tag, python);
  installDefinitions();
  const kubeconfig = process.env.KUBECONFIG as string;
  surroundings = {
    kubeconfig,
    images: { repository, tag },
    postgres: servers.postgres,
    objectStore: servers.objectStore,
  };
  synthesize(folder, surroundings);
}, 900_000);

afterAll(async () => {
  console.log(JSON.stringify(figures, null, 2));
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('apply', () => {
  test('each stack is valid and applies, in order', () => {
    const seconds: Record<string, number> = {};
    for (const stack of stackNames) {
      terraform.init(stack);
      seconds[stack] = terraform.apply(stack);
      if (stack !== 'acme-foundation') continue;
      createSecret('acme', 'postgres-admin', { password: admin.password });
      for (const namespace of ['acme', 'acme-jobs']) {
        createSecret(namespace, 's3', { accessKeyId: s3Keys.access, secretAccessKey: s3Keys.secret });
      }
    }
    figures['apply seconds'] = seconds;
  }, 600_000);

  test('the second plan of each stack is empty', () => {
    const seconds: Record<string, number> = {};
    for (const stack of stackNames) {
      const { changes, seconds: took } = plan(stack);
      expect({ stack, changes }).toEqual({ stack, changes: [] });
      seconds[stack] = took;
    }
    figures['empty plan seconds'] = seconds;
  }, 120_000);

  test('live custom resources equal the rendered ones', () => {
    const manifests = terraform.manifests('acme-platform');
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'ClusterQueue',
      'HTTPRoute',
      'HTTPRoute',
      'LocalQueue',
      'ResourceFlavor',
      'ResourceFlavor',
      'ServiceMonitor',
      'ServiceMonitor',
      'WorkloadPriorityClass',
      'WorkloadPriorityClass',
    ]);
    expect(live(manifests)).toMatchObject(manifests);
    figures['custom resources judged by the API server'] = manifests.length;
  });
});

describe('the registry', () => {
  test('has its ready pods on a real node', () => {
    const pods = get('pods', '-n', 'acme', '-l', 'app.kubernetes.io/name=registry').items;
    const fake = get('nodes', '-l', 'type=kwok').items.map((node: Manifest) => node.metadata.name);
    expect(pods).toHaveLength(2);
    for (const { spec, status } of pods) {
      expect(fake).not.toContain(spec.nodeName);
      const ready = status.conditions.find(({ type }: { type: string }) => type === 'Ready');
      expect(ready.status).toBe('True');
      figures['seconds from container start to ready'] =
        (Date.parse(ready.lastTransitionTime) - Date.parse(status.containerStatuses[0].state.running.startedAt)) / 1000;
    }
  });

  test('answers over HTTP with calls that touch the database and the bucket', async () => {
    const { url, stop } = await portForward('acme', 'registry', 5000);
    try {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ name: 'over-http' });
      const created = await fetch(`${url}/api/2.0/mlflow/experiments/create`, { method: 'POST', headers, body });
      const { experiment_id } = (await created.json()) as { experiment_id: string };
      const rows = await servers.sql("select name from experiments where name = 'over-http'", 'acme_registry');
      expect(rows).toEqual([{ name: 'over-http' }]);

      const artifact = `${url}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/note.txt`;
      const put = await fetch(artifact, { method: 'PUT', body: 'kept in the bucket' });
      expect(put.status).toBe(200);
      expect(await (await fetch(artifact)).text()).toBe('kept in the bucket');
      expect(readdirSync(join(servers.bucketFolder, 'registry', experiment_id))).toEqual(['note.txt']);
    } finally {
      stop();
    }
  });

  const clients = preparePython();
  const withMlflow = 'python' in clients ? test : test.skip;
  withMlflow(
    'keeps what the mlflow client logs',
    async () => {
      const { url, stop } = await portForward('acme', 'registry', 5000);
      try {
        const script = resolve(__dirname, '../clients/log_and_read_back.py');
        const out = execFileSync((clients as { python: string }).python, [script, url], {
          encoding: 'utf8',
          stdio: 'pipe',
          timeout: 120_000,
        });
        figures['mlflow client'] = JSON.parse(out.trim().split('\n').at(-1) as string);
      } finally {
        stop();
      }
    },
    150_000,
  );
});

test('a password that somebody deleted is made again: the role gets it, the registry goes on without a restart', async () => {
  const before = secretValue('acme', 'postgres-registry', 'password');
  kubectl('delete', 'secret', 'postgres-registry', '-n', 'acme');
  terraform.apply('acme-data');
  const after = secretValue('acme', 'postgres-registry', 'password');
  expect(after).not.toBe(before);
  expect(await servers.login('acme_registry', before)).toMatch('password authentication failed');
  expect(await servers.login('acme_registry', after)).toBe('let in');

  await servers.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'acme_registry'");
  const { url, stop } = await portForward('acme', 'registry', 5000);
  try {
    const end = Date.now() + 150_000;
    const answers = async () => (await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`)).status;
    while ((await answers()) !== 200) {
      if (Date.now() > end) throw new Error('the registry does not find its way back');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    const pods = get('pods', '-n', 'acme', '-l', 'app.kubernetes.io/name=registry').items;
    const restarts = pods.map(
      ({ status }: { status: { containerStatuses: { restartCount: number }[] } }) =>
        status.containerStatuses[0]?.restartCount,
    );
    expect(restarts).toEqual([0, 0]);
  } finally {
    stop();
  }
}, 300_000);

describe('training jobs', () => {
  test('a run of the template trains, and its run is in the registry', async () => {
    mlops('run', 'train', '--namespace', 'acme-jobs');
    await until('the training job', 60, () =>
      get('jobs', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train').items.some(
        ({ status }: { status: { succeeded?: number } }) => status.succeeded === 1,
      ),
    );
    const log = kubectl('logs', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train');
    const run = /trained: run (\w+)/.exec(log)?.[1];
    expect(await servers.sql(`select status from runs where run_id = '${run}'`, 'acme_registry')).toEqual([
      { status: 'FINISHED' },
    ]);
  }, 90_000);

  test('an array of runs gets an index each', async () => {
    mlops('run', 'train', '--namespace', 'acme-jobs', '--array', '3');
    const done = await until('three indexed pods', 90, () =>
      get('jobs', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train').items.find(
        ({ status }: { status: { succeeded?: number } }) => status.succeeded === 3,
      ),
    );
    expect(done.status.completedIndexes).toBe('0-2');
  }, 120_000);

  const hasA30 = get('nodes', '-l', 'nvidia.com/gpu.product=NVIDIA-A30').items.length > 0;
  (hasA30 ? test : test.skip)(
    'a job that asks for an A30 lands on the A30 node, with its toleration and its queue',
    async () => {
      mlops('run', 'train-a30', '--namespace', 'acme-jobs');
      const pod = await until('a scheduled pod', 60, () =>
        get('pods', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train-a30').items.find(
          ({ spec }: { spec: { nodeName?: string } }) => spec.nodeName,
        ),
      );
      expect(get('node', pod.spec.nodeName).metadata.labels).toMatchObject({ 'nvidia.com/gpu.product': 'NVIDIA-A30' });
      expect(pod.spec.tolerations).toContainEqual({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
      expect(pod.spec.containers[0].resources.limits['nvidia.com/gpu']).toBe('1');
      expect(pod.spec.priorityClassName).toBe('acme-retraining');
      const job = get('jobs', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train-a30').items[0];
      expect(job.metadata.labels).toMatchObject({
        'kueue.x-k8s.io/queue-name': 'training',
        'kueue.x-k8s.io/priority-class': 'acme-retraining',
      });
    },
    90_000,
  );
});

(hasPython ? describe : describe.skip)('the example flight-delay, from the data to the client', () => {
  let forwarded: Awaited<ReturnType<typeof forwardServing>>;
  let champion: string;
  let challenger: string;
  afterAll(() => forwarded?.stop());

  test('the trainer registers the champion, and the pods that waited for it serve it', async () => {
    const log = await trainOnNode();
    champion = /registered: flight-delay version (\d+), alias champion/.exec(log)?.[1] as string;
    await servingReady('');
    forwarded = await forwardServing();
    expect((await ask(forwarded.server, model)).version).toBe(champion);
  }, 600_000);

  test('what tritonclient gets for July is what onnxruntime gives in Python, bit for bit', async () => {
    const score = await scoreJuly(python as string, forwarded.server, model, forwarded.registry);
    expect(score).toMatchObject({ version: champion, rows_that_differ: 0 });
    expect(score.auc).toBeGreaterThan(0.7);
    expect(Math.abs(score.auc - score.auc_sklearn)).toBeLessThanOrEqual(1e-3);
    figures['July through tritonclient'] = score;
  }, 200_000);

  test('a challenger is served by the canary alone', async () => {
    const log = await trainOnNode({ TRAIN_MONTHS: '1', MODEL_ALIAS: 'challenger' });
    challenger = /registered: flight-delay version (\d+), alias challenger/.exec(log)?.[1] as string;
    await servingReady('-canary');
    expect((await ask(forwarded.canary, model)).version).toBe(challenger);
    expect((await ask(forwarded.server, model)).version).toBe(champion);
  }, 600_000);

  test('the alias moves to it and back, no request fails, and nothing is to be applied', async () => {
    const seconds: number[] = [];
    for (const version of [challenger, champion]) {
      const move = await moveAlias(forwarded, { model, alias: 'champion', version });
      expect(move.failed).toEqual([]);
      expect(Object.keys(move.answers).sort()).toEqual([champion, challenger].sort());
      expect(Object.values(move.answers).map((values) => values.length)).toEqual([1, 1]);
      seconds.push(move.seconds);
    }
    figures['seconds from an alias that moves to the first answer, there and back'] = seconds;
    expect(plan('acme-platform').changes).toEqual([]);
  }, 200_000);
});

describe('a change plans exactly', () => {
  const deployment = 'kubernetes_deployment_v1.Registry_Service_Server_674A6C2F: update';
  const rows: readonly {
    name: string;
    change: Change;
    images?: string;
    changes: Partial<Record<StackName, string[]>>;
  }[] = [
    { name: 'replicas', change: { registry: { replicas: 3 } }, changes: { 'acme-platform': [deployment] } },
    {
      name: 'limit',
      change: {
        train: { resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '512Mi' } } },
      },
      changes: {
        'acme-platform': [
          'kubernetes_cron_job_v1.Training_train-a30_Template_2698185A: update',
          'kubernetes_cron_job_v1.Training_train_Template_5043DEF9: update',
        ],
      },
    },
    {
      name: 'a link added',
      change: { trainReadsData: true },
      changes: {
        'acme-platform': [
          'kubernetes_cron_job_v1.Training_train-a30_Template_2698185A: update',
          'kubernetes_cron_job_v1.Training_train_Template_5043DEF9: update',
          'kubernetes_network_policy_v1.Training_train-a30_Template_NetworkPolicy_4D62CA07: update',
          'kubernetes_network_policy_v1.Training_train_Template_NetworkPolicy_CB6DE15E: update',
        ],
      },
    },
    { name: 'prefix', change: { registry: { prefix: 'elsewhere' } }, changes: { 'acme-platform': [deployment] } },
    {
      name: 'image',
      change: {},
      images: 'next',
      changes: {
        'acme-data': ['kubernetes_job_v1.Databases_Job_52E68813: delete, create'],
        'acme-platform': [
          'kubernetes_cron_job_v1.Training_train-a30_Template_2698185A: update',
          'kubernetes_cron_job_v1.Training_train-flight-delay_Template_495D7AB1: update',
          'kubernetes_cron_job_v1.Training_train_Template_5043DEF9: update',
          deployment,
          'kubernetes_deployment_v1.Serving_flight-delay_Canary_805C1756: update',
          'kubernetes_deployment_v1.Serving_flight-delay_Champion_5E7CD44B: update',
        ],
      },
    },
  ];

  test.each(rows)('$name', ({ change, images, changes }) => {
    synthesize(folder, { ...surroundings, images: { repository, tag: images ?? tag } }, change);
    for (const stack of stackNames)
      expect({ stack, changes: plan(stack).changes }).toEqual({ stack, changes: changes[stack] ?? [] });
  });

  afterAll(() => synthesize(folder, surroundings));
});

test('no password is in state, plans, logs, ConfigMaps, pods or images', () => {
  const secrets = [admin.password, s3Keys.secret, secretValue('acme', 'postgres-registry', 'password')];
  const found = leaks(secrets, {
    ...Object.fromEntries(stackNames.map((stack) => [`state of ${stack}`, terraform.state(stack)])),
    plans: plans.join('\n'),
    'output of terraform': terraform.log.join('\n'),
    'logs of services': kubectl(
      'logs',
      '-n',
      'acme',
      '-l',
      'app.kubernetes.io/managed-by=mlops-constructs',
      '--tail=-1',
    ),
    'logs of jobs': kubectl('logs', '-n', 'acme-jobs', '-l', 'app.kubernetes.io/name=train', '--tail=-1'),
    ConfigMaps: kubectl('get', 'configmaps', '-A', '-o', 'json'),
    pods: kubectl('get', 'pods,deployments,jobs,cronjobs', '-A', '-o', 'json'),
    ...Object.fromEntries(ourImages.map((name) => [`image ${name}`, imageContent(name, tag)])),
  });
  expect(found).toEqual([]);
}, 120_000);

test('destroy leaves nothing', async () => {
  for (const stack of [...stackNames].reverse()) terraform.destroy(stack);
  expect(stackNames.map((stack) => JSON.parse(terraform.state(stack)).resources)).toEqual([[], [], []]);
  const named = (kind: string) => get(kind).items.map(({ metadata }: Manifest) => metadata.name);
  const kinds = ['namespaces', 'priorityclasses', 'clusterqueues', 'resourceflavors', 'workloadpriorityclasses'];
  await until('namespaces to go', 60, () => !named('namespaces').some((name: string) => name.startsWith('acme')));
  for (const kind of kinds)
    expect({ kind, left: named(kind).filter((name: string) => name.startsWith('acme')) }).toEqual({ kind, left: [] });
  // databases are nobody's to drop but the administrator's
  expect(await servers.sql("select datname from pg_database where datname = 'acme_registry'")).toEqual([
    { datname: 'acme_registry' },
  ]);
}, 300_000);
