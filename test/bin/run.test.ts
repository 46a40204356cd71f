import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jobFrom, type Template } from '../../bin/job';
import { Workbench } from './mlops';

const template: Template = {
  metadata: { name: 'train-delays', namespace: 'mlops-prod', uid: 'b1c0' },
  spec: {
    jobTemplate: {
      metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'training' }, annotations: { team: 'delays' } },
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { labels: { app: 'train' } },
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'main',
                image: 'trainer@sha256:0',
                env: [
                  { name: 'EPOCHS', value: '3' },
                  { name: 'LR', value: '0.1' },
                ],
              },
            ],
          },
        },
      },
    },
  },
};
const time = new Date('2026-11-22T18:00:00Z');

describe('a run of a job template', () => {
  test('is the Job that kubectl create job --from makes', () => {
    expect(jobFrom(template, { time, set: {} })).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: `train-delays-${time.getTime().toString(36)}`,
        namespace: 'mlops-prod',
        labels: { 'kueue.x-k8s.io/queue-name': 'training' },
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', team: 'delays' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'train-delays', uid: 'b1c0', controller: true },
        ],
      },
      spec: template.spec.jobTemplate.spec,
    });
  });

  test('as an array runs as many at a time as wanted', () => {
    const { spec } = jobFrom(template, { time, array: 40, parallel: 4, set: {} });
    expect(spec).toMatchObject({ completions: 40, parallelism: 4 });
  });

  test('as an array gives each pod its index, and runs all at once', () => {
    expect(jobFrom(template, { time, array: 4, set: {} }).spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 4,
      parallelism: 4,
      backoffLimit: 2,
    });
  });

  test('replaces a variable that is there and adds one that is not', () => {
    const { template: pod } = jobFrom(template, { time, set: { EPOCHS: '10', SEED: '7' } }).spec;
    expect(pod.spec.containers[0]?.env).toEqual([
      { name: 'LR', value: '0.1' },
      { name: 'EPOCHS', value: '10' },
      { name: 'SEED', value: '7' },
    ]);
    expect(pod.metadata).toEqual({ labels: { app: 'train' } });
    expect(template.spec.jobTemplate.spec.template.spec.containers[0]?.env?.[0]).toEqual({
      name: 'EPOCHS',
      value: '3',
    });
  });

  test.each([
    [undefined, 63],
    [1, 61],
    [100, 60],
    [101, 59],
  ])('keeps its name and that of the last pod of %s within 63 characters', (array, longest) => {
    const long = { ...template, metadata: { ...template.metadata, name: 'x'.repeat(80) } };
    const { name } = jobFrom(long, { time, array, set: {} }).metadata;
    expect(name).toHaveLength(longest);
    expect(`${name}${array === undefined ? '' : `-${array - 1}`}`.length).toBeLessThanOrEqual(63);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])$/);
  });
});

// kubectl is a stand-in here, because the tests need no cluster; the end-to-end run uses the real one
describe('mlops run', () => {
  let bench: Workbench;
  beforeAll(() => {
    bench = new Workbench();
  });
  afterEach(() => {
    for (const path of ['path', 'calls', 'created.json'])
      rmSync(join(bench.folder, path), { recursive: true, force: true });
  });

  const kubectl = (...namespaces: string[]) => {
    bench.write('template.json', template);
    bench.write('list.json', {
      items: namespaces.map((namespace) => ({ metadata: { name: 'train-delays', namespace } })),
    });
    bench.program(
      'kubectl',
      `case "$*" in
        "get cronjob train-delays -n mlops-prod -o json") cat template.json;;
        "get cronjob "*) echo 'Error from server (NotFound): cronjobs.batch not found' >&2; exit 1;;
        "get cronjobs "*) cat list.json;;
        "create -f -") cat > created.json;;
      esac`,
    );
  };
  const calls = () => readFileSync(join(bench.folder, 'calls'), 'utf8').trim().split('\n');

  test('makes the Job and prints its name', () => {
    kubectl();
    const { status, stdout, stderr } = bench.mlops(
      'run',
      'train-delays',
      '--namespace',
      'mlops-prod',
      '--array',
      '3',
      '--set',
      'EPOCHS=10',
      '--set',
      'NOTE=a=b c',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^train-delays-[0-9a-z]{8}\n$/);
    const job = JSON.parse(readFileSync(join(bench.folder, 'created.json'), 'utf8'));
    expect(job.metadata.name).toBe(stdout.trim());
    expect(job.spec.completions).toBe(3);
    expect(job.spec.template.spec.containers[0].env).toContainEqual({ name: 'NOTE', value: 'a=b c' });
  });

  test('finds the namespace when there is one platform', () => {
    kubectl('mlops-prod', 'mlops-prod');
    expect(bench.mlops('run', 'train-delays').status).toBe(0);
    expect(calls()).toContain('kubectl get cronjobs -A -l app.kubernetes.io/managed-by=mlops-constructs -o json');
  });

  test('prints the Job and makes none in a dry run', () => {
    kubectl('mlops-prod');
    const { stdout } = bench.mlops('run', 'train-delays', '--dry-run');
    expect(JSON.parse(stdout).kind).toBe('Job');
    expect(existsSync(join(bench.folder, 'created.json'))).toBe(false);
  });

  test.each([
    [
      ['other', '--namespace', 'mlops-prod'],
      ['mlops-prod'],
      "mlops: namespace 'mlops-prod' has no job template 'other', got train-delays; run one of these, or add it to the platform and deploy\n",
    ],
    [
      ['other', '--namespace', 'empty'],
      [],
      "mlops: namespace 'empty' has no job template 'other', got none at all; name another --namespace, or deploy the platform first\n",
    ],
    [
      ['train-delays'],
      ['mlops-b', 'mlops-a'],
      'mlops: the namespace of the job template is not clear, got templates in mlops-a, mlops-b; choose one by --namespace\n',
    ],
    [
      ['train-delays'],
      [],
      'mlops: the namespace of the job template is not clear, got no template of a platform in any namespace; deploy the platform first, or name it by --namespace\n',
    ],
    [
      ['train-delays', '--array', '0'],
      [],
      "error: option '--array <n>' argument '0' is invalid. give a number of pods from 1 to 99999.\n",
    ],
    [
      ['train-delays', '--set', '1X=2'],
      [],
      "error: option '--set <KEY=VALUE>' argument '1X=2' is invalid. write it as KEY=VALUE, the key as an environment variable.\n",
    ],
  ])('refuses %j where templates are in %j', (args, namespaces, message) => {
    kubectl(...namespaces);
    expect(bench.mlops('run', ...args)).toEqual({ status: 1, stdout: '', stderr: message });
  });

  test('says that kubectl is missing', () => {
    expect(bench.mlops('run', 'x').stderr).toBe(
      'mlops: mlops run needs kubectl, got none on PATH; install it, or add its folder to PATH\n',
    );
  });

  test('asks for the namespace where one may not look into all of them', () => {
    const refusal =
      'Error from server (Forbidden): cronjobs.batch is forbidden: User "ada" cannot list resource "cronjobs" at the cluster scope';
    bench.program('kubectl', `echo '${refusal}' >&2; exit 1`);
    expect(bench.mlops('run', 'train').stderr).toBe(
      `mlops: the namespace of the job template is not clear, got ${refusal}; name it by --namespace\n`,
    );
  });

  test('says what kubectl says when the cluster cannot be reached', () => {
    bench.program('kubectl', "echo 'The connection to the server 127.0.0.1:1 was refused' >&2; exit 1");
    expect(bench.mlops('run', 'x', '--namespace', 'n').stderr).toBe(
      "mlops: kubectl cannot read job templates, got The connection to the server 127.0.0.1:1 was refused; choose the cluster by KUBECONFIG or 'kubectl config use-context', and see that you may read CronJobs\n",
    );
  });
});
