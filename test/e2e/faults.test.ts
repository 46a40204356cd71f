import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { s3Keys } from '../harness/s3';
import { installDefinitions } from './definitions';
import { buildImages, repository } from './images';
import {
  createSecret,
  get,
  kubectl,
  mlopsStatus,
  portForward,
  secretValue,
  setFinalizers,
  throughService,
  until,
} from './kubectl';
import { type Change, type Surroundings, synthesize } from './platform';
import { admin, startSurroundings } from './surroundings';
import { type StackName, stackNames, Terraform } from './terraform';

const folder = temporaryFolder('faults');
const terraform = new Terraform(folder);
const tag = 'e2e';
const figures: Record<string, unknown> = {};
let servers: Awaited<ReturnType<typeof startSurroundings>>;
let surroundings: Surroundings;

const begin = (stack: StackName) => terraform.begin(stack, 'apply', '-auto-approve', '-input=false');
const adopt = (stack: StackName, ...options: string[]) =>
  mlopsStatus('adopt', stack, '--output', join(folder, 'cdktf.out'), ...options);
const change = (what: Change, imageTag = tag) =>
  synthesize(folder, { ...surroundings, images: { repository, tag: imageTag } }, { flights: false, ...what });
const applyAll = () => {
  for (const stack of stackNames) terraform.apply(stack);
};
const plans = () => stackNames.map((stack) => ({ stack, changes: terraform.plan(stack).changes }));
const empty = stackNames.map((stack) => ({ stack, changes: [] }));

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

const registryPods = (): Pod[] =>
  get('pods', '-n', 'acme', '-l', 'app.kubernetes.io/name=registry').items.filter(
    ({ metadata }: Pod) => metadata.deletionTimestamp === undefined,
  );
const isReady = ({ status }: Pod) =>
  status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
const allReady = () => until('two ready pods', 180, () => registryPods().filter(isReady).length === 2);
/** The same pods, in the same containers. */
const lives = () =>
  registryPods()
    .map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount}`)
    .sort();

/** Status of a call that needs the database, and of one that needs the bucket, through the Service: only ready pods answer. */
const answers = (): number[] =>
  ['mlflow/experiments/get?experiment_id=0', 'mlflow-artifacts/artifacts/kept/note.txt'].map((path) =>
    throughService('acme', 'registry', 5000, `/api/2.0/${path}`),
  );

const answersAgain = () => until('the registry to find its way back', 180, () => answers().join() === '200,200');

beforeAll(async () => {
  servers = await startSurroundings();
  buildImages(tag, undefined);
  installDefinitions();
  const kubeconfig = process.env.KUBECONFIG as string;
  const { postgres, objectStore } = servers;
  surroundings = { kubeconfig, images: { repository, tag }, postgres, objectStore };
  change({});
  for (const stack of stackNames) terraform.init(stack);
}, 300_000);

afterAll(async () => {
  console.log(JSON.stringify(figures, null, 2));
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a namespace that somebody else made is refused by Terraform, and adopt does not take it', async () => {
  kubectl('create', 'namespace', 'acme');
  try {
    const { status, output } = await begin('acme-foundation').ended;
    expect(status).toBe(1);
    expect(output).toContain('namespaces "acme" already exists');
    expect(adopt('acme-foundation')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'mlops: the stack wants names that somebody else has taken, got namespace acme has no label ' +
        'app.kubernetes.io/managed-by=mlops-constructs, mlops-constructs/platform=acme, pod-security.kubernetes.io/enforce=restricted, ' +
        'pod-security.kubernetes.io/warn=restricted; remove those objects, or give the platform another name; if they are ours, put the labels back\n',
    });
  } finally {
    kubectl('delete', 'namespace', 'acme', '--timeout=60s');
  }
}, 120_000);

describe('an apply that is killed', () => {
  // the first resources of each stack, some in its middle, and those that wait for pods
  const points: readonly [StackName, string, number][] = [
    ['acme-foundation', ': Creating...', 1],
    ['acme-foundation', ': Creation complete', 1],
    ['acme-data', ': Creating...', 1],
    ['acme-data', 'Databases_Job_52E68813: Creating...', 1],
    ['acme-data', 'Databases_Job_52E68813: Creation complete', 1],
    ['acme-platform', ': Creating...', 1],
    ['acme-platform', ': Creating...', 4],
    ['acme-platform', ': Creation complete', 1],
    ['acme-platform', 'helm_release.Training_Queue_CFB9BA02: Creating...', 1],
    ['acme-platform', 'Registry_Service_Server_674A6C2F: Creating...', 1],
  ];
  const orphans: string[] = [];

  test.each(points)(
    '%s, at %j, the %s. time',
    async (stack, what, times) => {
      for (const earlier of stackNames.slice(0, stackNames.indexOf(stack))) terraform.apply(earlier);
      if (stack === 'acme-data') bringSecrets(s3Keys);
      const apply = begin(stack);
      await apply.seen(what, times);
      apply.signal('SIGKILL');
      expect((await apply.ended).status).toBeNull();

      const named = adopt(stack);
      const lines = named.stdout.split('\n').filter((line) => line.includes('    # '));
      orphans.push(...lines.map((line) => line.split('    # ')[1] as string));
      expect(named).toMatchObject({ status: lines.length === 0 ? 0 : 2, stderr: '' });
      if (lines.length > 0) expect(adopt(stack, '--run')).toMatchObject({ status: 0, stderr: '' });
      const stdout = `${stack}: the state knows everything that is there\n`;
      expect(adopt(stack)).toEqual({ status: 0, stdout, stderr: '' });
    },
    180_000,
  );

  test('goes on to its end, and the plans after it are empty', async () => {
    applyAll();
    expect(plans()).toEqual(empty);
    figures['orphans of ten kills'] = orphans;
    const { url, stop } = await portForward('acme', 'registry', 5000);
    const put = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/kept/note.txt`, { method: 'PUT', body: 'kept' });
    expect(put.status).toBe(200);
    const experiment = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"kept"}' };
    expect((await fetch(`${url}/api/2.0/mlflow/experiments/create`, experiment)).status).toBe(200);
    stop();
  }, 300_000);

  test('which forgot all that it made is repaired, whatever it was; what people keep in it is there', async () => {
    const before = stackNames.map((stack) => terraform.addresses(stack));
    for (const [i, stack] of stackNames.entries()) terraform.forget(stack, before[i] as string[]);
    for (const stack of stackNames) {
      expect(adopt(stack, '--run')).toMatchObject({ status: 0, stderr: '' });
      terraform.apply(stack);
    }
    expect(plans()).toEqual(empty);
    expect(stackNames.map((stack) => terraform.addresses(stack))).toEqual(before);
    await servers.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'acme_registry'");
    await answersAgain();
    expect(await servers.sql("select name from experiments where name = 'kept'", 'acme_registry')).toHaveLength(1);
    const password = secretValue('acme', 'postgres-registry', 'password');
    expect(terraform.state('acme-data')).not.toContain(password);
  }, 300_000);
});

test('Ctrl-C in the middle of an apply: the next one goes on', async () => {
  change({ registry: { replicas: 3 } });
  const apply = begin('acme-platform');
  await apply.seen('Modifying...');
  apply.signal('SIGINT');
  expect((await apply.ended).output).toContain('Interrupt received.');
  change({});
  applyAll();
  expect(plans()).toEqual(empty);
}, 180_000);

const s3State = (): Change['state'] => ({
  mode: 's3',
  bucket: 'acme-ml',
  prefix: 'state',
  endpoint: servers.objectStore.endpoint,
});

describe('two applies at once: the lock refuses the second', () => {
  test.each(['files', 'a bucket'])(
    'state in %s',
    async (where) => {
      const keys = { AWS_ACCESS_KEY_ID: s3Keys.access, AWS_SECRET_ACCESS_KEY: s3Keys.secret };
      const other = new Terraform(temporaryFolder('lock'), keys);
      try {
        synthesize(other.folder, surroundings, { flights: false, state: where === 'files' ? undefined : s3State() });
        other.init('acme-foundation');
        // it asks whether to go on, and holds the lock meanwhile
        const first = other.begin('acme-foundation');
        await first.seen('Enter a value:');
        const second = await other.begin('acme-foundation', 'apply', '-auto-approve', '-input=false').ended;
        expect(second).toMatchObject({ status: 1, output: expect.stringContaining('Error acquiring the state lock') });
        first.signal('SIGINT');
        await first.ended;
      } finally {
        rmSync(other.folder, { recursive: true, force: true });
      }
    },
    120_000,
  );
});

test('the bucket of the state goes away during an apply: Terraform keeps the state in a file, which is pushed when it is back', async () => {
  const keys = { AWS_ACCESS_KEY_ID: s3Keys.access, AWS_SECRET_ACCESS_KEY: s3Keys.secret };
  const other = new Terraform(temporaryFolder('state'), keys);
  const stack = 'other-foundation';
  try {
    synthesize(other.folder, { ...surroundings, platform: 'other' }, { flights: false, state: s3State() });
    other.init(stack);
    const apply = other.begin(stack);
    await apply.seen('Enter a value:');
    await servers.order.s3('stop');
    apply.answer('yes');
    const { status, output } = await apply.ended;
    await servers.order.s3('start');
    expect(status).toBe(1);
    expect(output).toContain('terraform state push errored.tfstate');
    other.pushErrored(stack);
    expect(other.plan(stack).changes).toEqual([]);
    other.destroy(stack);
  } finally {
    rmSync(other.folder, { recursive: true, force: true });
  }
}, 300_000);

test('an image that is not there: the apply ends in time, why names the reason, the old pods serve', async () => {
  await allReady();
  change({ registry: { rolloutTimeout: '20 seconds' } }, 'not-there');
  const apply = begin('acme-platform');
  let refused = 0;
  let served = 0;
  let ended = false;
  const over = apply.ended.then(() => {
    ended = true;
  });
  while (!ended) {
    if (answers().join() === '200,200') served += 1;
    else refused += 1;
    await new Promise((later) => setTimeout(later, 100));
  }
  await over;
  expect({ refused, served: served > 2 }).toEqual({ refused: 0, served: true });
  expect((await apply.ended).status).toBe(1);
  const why = mlopsStatus('why', 'acme');
  expect(why.status).toBe(2);
  expect(why.stdout).toMatch(
    /acme\/registry-\S+: container registry: (ErrImagePull|ImagePullBackOff) \(lab\.local\/registry:not-there: .+\)/,
  );

  change({});
  applyAll();
  expect(plans()).toEqual(empty);
  await allReady();
  expect(mlopsStatus('why', 'acme')).toEqual({
    status: 0,
    stdout: 'pods in acme, acme-jobs: nothing is wrong\n',
    stderr: '',
  });
}, 300_000);

/** Of the pods of a workload that there are; empty while none has begun. */
function logOf(name: string): string {
  try {
    return kubectl('logs', '-n', 'acme', '-l', `app.kubernetes.io/name=${name}`, '--tail=-1');
  } catch {
    return '';
  }
}

describe('what the platform is linked to', () => {
  test('Postgres away during an apply: it goes on when Postgres is back', async () => {
    const before = lives();
    await servers.order.postgres('stop');
    change({ passwordRevision: 2 });
    const apply = begin('acme-data');
    await until('the job to say what it waits for', 120, () =>
      logOf('database-bootstrap').includes('waiting for Postgres'),
    );
    await servers.order.postgres('start');
    expect((await apply.ended).status).toBe(0);
    await answersAgain();
    // the new password, too: no pod was made anew
    expect(lives()).toEqual(before);
    expect(terraform.plan('acme-data').changes).toEqual([]);
  }, 400_000);

  test('the bucket away during an apply: it ends in time, why names the reason, and the next one goes on when the bucket is back', async () => {
    await servers.order.s3('stop');
    change({ registry: { prefix: 'elsewhere', rolloutTimeout: '20 seconds' } });
    const { status, output } = await begin('acme-platform').ended;
    expect({ status, output }).toMatchObject({
      status: 1,
      output: expect.stringContaining('Waiting for rollout to finish'),
    });
    expect(mlopsStatus('why', 'acme').stdout).toMatch(
      /acme\/registry-\S+: its readiness probe says no: its log says why/,
    );
    expect(logOf('registry')).toContain('"msg":"not ready"');

    change({});
    const again = begin('acme-platform');
    await again.seen('Still modifying...');
    await servers.order.s3('start');
    expect((await again.ended).status).toBe(0);
    expect(terraform.plan('acme-platform').changes).toEqual([]);
    // of the run and of the object that were there before
    await answersAgain();
  }, 400_000);

  test('Postgres and the bucket away: the pods are not ready, are not restarted, and find their way back', async () => {
    const before = lives();
    await servers.order.postgres('stop');
    await servers.order.s3('stop');
    await until('pods that are not ready', 120, () => registryPods().every((pod) => !isReady(pod)));
    expect(mlopsStatus('why', 'acme')).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/acme\/registry-\S+: its readiness probe says no: its log says why/),
    });
    await servers.order.postgres('start');
    await servers.order.s3('start');
    await allReady();
    await answersAgain();
    expect(lives()).toEqual(before);
  }, 400_000);

  test('other keys of the bucket: the pods read them by themselves', async () => {
    const before = lives();
    const keys = { access: 'rotated-access-key', secret: 'rotated-secret-of-s3' };
    await servers.order.s3('stop');
    await servers.order.s3('start', keys);
    bringSecrets(keys);
    await answersAgain();
    expect(lives()).toEqual(before);
    await servers.order.s3('stop');
    await servers.order.s3('start');
    bringSecrets(s3Keys);
    await answersAgain();
  }, 500_000);
});

test('eviction of two pods: the second is refused while the first one moves', async () => {
  await allReady();
  const [first, second] = registryPods().map(({ metadata }) => metadata.name) as [string, string];
  expect(evict(first)).toBe('evicted');
  expect(evict(second)).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  await allReady();
  expect(evict(second)).toBe('evicted');
  await allReady();
}, 300_000);

function evict(name: string): string {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'acme' } };
  const path = `/api/v1/namespaces/acme/pods/${name}/eviction`;
  try {
    execFileSync('kubectl', ['create', '--raw', path, '-f', '-'], { input: JSON.stringify(body), stdio: 'pipe' });
    return 'evicted';
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
}

test('destroy with a finalizer whose controller is gone: why names it, and after it is taken off nothing is left', async () => {
  setFinalizers(['example.com/gone'], 'serviceaccount', 'registry', '-n', 'acme');
  terraform.destroy('acme-platform');
  terraform.destroy('acme-data');
  const destroy = terraform.begin('acme-foundation', 'destroy', '-auto-approve', '-input=false');
  const reason = await until('the reason', 120, () => {
    const { status, stdout } = mlopsStatus('why', 'acme');
    return status === 2 && stdout.includes('finalizer') && stdout;
  });
  expect(reason).toContain(
    'acme: is being deleted, and waits: Some resources are remaining: serviceaccounts. has 1 resource instances; ' +
      'Some content in the namespace has finalizers remaining: example.com/gone in 1 resource instances\n',
  );
  setFinalizers(null, 'serviceaccount', 'registry', '-n', 'acme');
  expect((await destroy.ended).status).toBe(0);
  expect(stackNames.map((stack) => terraform.addresses(stack))).toEqual([[], [], []]);
  const kinds = ['namespaces', 'priorityclasses', 'clusterqueues', 'resourceflavors', 'workloadpriorityclasses'];
  const left = kinds.flatMap((kind) => get(kind).items.map(({ metadata }: Pod) => metadata.name));
  expect(left.filter((name) => name.startsWith('acme'))).toEqual([]);
}, 400_000);

function bringSecrets({ access, secret }: typeof s3Keys): void {
  createSecret('acme', 'postgres-admin', { password: admin.password });
  for (const namespace of ['acme', 'acme-jobs'])
    createSecret(namespace, 's3', { accessKeyId: access, secretAccessKey: secret });
}
