import { join } from 'node:path';
import { expectedOf } from '../../bin/adopt/expected';
import { type Orphan, orphansOf } from '../../bin/adopt/orphans';
import { type Pod, problemOf } from '../../bin/pod-problem';

// what a real cluster says to all of it is in test/e2e/faults.test.ts

const charts = join(__dirname, '../../lib/kubernetes/charts');

describe('what a stack makes in a cluster', () => {
  test('stands in the stack, with names that are references followed', () => {
    const stack = {
      resource: {
        kubernetes_namespace_v1: {
          Namespace_1: { metadata: { name: 'acme', labels: { 'app.kubernetes.io/managed-by': 'us' } } },
        },
        kubernetes_network_policy_v1: {
          Deny_1: { metadata: { name: 'deny', namespace: '${kubernetes_namespace_v1.Namespace_1.metadata[0].name}' } },
        },
        kubernetes_horizontal_pod_autoscaler_v2: { Scale_1: { metadata: { name: 'registry', namespace: 'acme' } } },
        helm_release: {
          Queue_1: { name: 'queue', namespace: 'acme-jobs', chart: join(charts, 'manifests') },
          Kueue_1: { name: 'kueue', namespace: 'kueue-system', chart: '/mirror/kueue-0.19.2.tgz' },
          Certs_1: { name: 'certs', namespace: 'certs', chart: 'cert-manager', version: 'v1.21.1' },
          Definitions_1: { name: 'x', namespace: 'acme', for_each: '${…}' },
        },
        terraform_data: { Again_1: { input: 1 } },
        aws_s3_bucket: { Bucket_1: { bucket: 'b' } },
      },
    };
    expect(expectedOf(stack, '/nowhere')).toEqual([
      {
        address: 'kubernetes_namespace_v1.Namespace_1',
        kind: 'namespace',
        name: 'acme',
        labels: { 'app.kubernetes.io/managed-by': 'us' },
      },
      {
        address: 'kubernetes_network_policy_v1.Deny_1',
        kind: 'networkpolicy',
        name: 'deny',
        namespace: 'acme',
        labels: {},
      },
      {
        address: 'kubernetes_horizontal_pod_autoscaler_v2.Scale_1',
        kind: 'horizontalpodautoscaler',
        name: 'registry',
        namespace: 'acme',
        labels: {},
      },
      ...[
        { address: 'helm_release.Queue_1', name: 'queue', namespace: 'acme-jobs', chart: 'manifests' },
        { address: 'helm_release.Kueue_1', name: 'kueue', namespace: 'kueue-system', chart: 'kueue' },
        { address: 'helm_release.Certs_1', name: 'certs', namespace: 'certs', chart: 'cert-manager' },
      ].map((release) => ({ ...release, kind: 'helm_release', labels: {} })),
    ]);
  });
});

describe('a release of Helm', () => {
  const release = {
    address: 'helm_release.Queue_1',
    kind: 'helm_release',
    name: 'queue',
    namespace: 'acme',
    labels: {},
    chart: 'manifests',
  };
  const rows: readonly [string, boolean, string[], string[]][] = [
    ['deployed and known', true, ['deployed'], []],
    ['deployed and not known', false, ['deployed'], ['import']],
    ['cut in its first install', false, ['pending-install'], ['delete v1']],
    ['failed in its first install, and not known', false, ['failed'], ['delete v1']],
    ['failed and known: Terraform goes on', true, ['failed'], []],
    ['cut in an upgrade', true, ['deployed', 'pending-upgrade'], ['delete v2']],
    ['cut in an upgrade, and not known', false, ['deployed', 'pending-upgrade'], ['delete v2', 'import']],
    ['not there', false, [], []],
  ];
  test.each(rows)('%s', (_, isInState, statuses, commands) => {
    const cluster = {
      chartOf: () => 'manifests',
      options: [],
      object: () => undefined,
      revisions: () => statuses.map((status, i) => ({ secret: `sh.helm.release.v1.queue.v${i + 1}`, status })),
    };
    const found = orphansOf([release], new Set(isInState ? [release.address] : []), cluster);
    const short = ({ command }: Orphan) =>
      command[0] === 'kubectl'
        ? `delete ${command
            .find((word) => word.startsWith('sh.helm'))
            ?.split('.')
            .at(-1)}`
        : 'import';
    expect(found.map(short)).toEqual(commands);
  });

  test.each(['deployed', 'failed', 'pending-install'])('%s, of another chart: nothing of it is touched', (status) => {
    const cluster = {
      options: [],
      object: () => undefined,
      revisions: () => [{ secret: 'sh.helm.release.v1.queue.v1', status }],
      chartOf: () => 'rabbitmq',
    };
    expect(() => orphansOf([release], new Set(), cluster)).toThrow(
      'got release acme/queue is of chart rabbitmq, not manifests; remove those objects (helm uninstall queue -n acme), or',
    );
  });
});

describe('why a pod is not ready', () => {
  const container = { name: 'main', ready: false, image: 'acme/x:1', restartCount: 0 };
  const pod = (status: Partial<Pod['status']>): Pod => ({
    metadata: { name: 'x-1' },
    status: { phase: 'Pending', ...status },
  });
  const rows: readonly [string, Pod, string | undefined][] = [
    ['ready', pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), undefined],
    ['done', pod({ phase: 'Succeeded' }), undefined],
    [
      'no node',
      pod({
        conditions: [
          { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: 3 Insufficient memory.' },
        ],
      }),
      'no node takes it: 0/3 nodes are available: 3 Insufficient memory.',
    ],
    [
      'no image',
      pod({
        containerStatuses: [{ ...container, state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      }),
      'container main: ErrImagePull (acme/x:1: not found)',
    ],
    [
      'it crashes',
      pod({
        phase: 'Running',
        containerStatuses: [
          {
            ...container,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          },
        ],
      }),
      "container main: CrashLoopBackOff (ended with exit code 137, OOMKilled); 'kubectl logs --previous x-1' says more",
    ],
    [
      'an init container fails',
      pod({
        initContainerStatuses: [
          { ...container, name: 'first', state: { terminated: { exitCode: 1, reason: 'Error' } } },
        ],
        containerStatuses: [{ ...container, state: { waiting: { reason: 'PodInitializing' } } }],
      }),
      'container first: ended with exit code 1',
    ],
    [
      'not ready yet',
      pod({ phase: 'Running', containerStatuses: [{ ...container, state: { running: {} } }] }),
      'its readiness probe says no: its log says why',
    ],
  ];
  test.each(rows)('%s', (_, pod, expected) => expect(problemOf(pod)).toBe(expected));
});
