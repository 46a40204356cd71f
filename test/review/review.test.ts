import { imagesIn } from '../../lib/review/images';
import type { StackJson } from '../../lib/review/output';
import { summary } from '../../lib/review/summary';

const at = (path: string) => ({ '//': { metadata: { path } } });

test('the summary counts resources by construct and names pools and notes', () => {
  const data: StackJson = {
    resource: {
      kubernetes_secret_v1: { a: at('data/Postgres/Registry/Password/Resource'), b: at('data/Postgres/Registry/Copy') },
      kubernetes_job_v1: { c: at('data/Postgres/Bootstrap') },
      helm_release: { d: at('data/Queues/Resource') },
    },
  };
  const taint = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' } as const;
  const text = summary({
    folder: '/tmp/out',
    stacks: { data, platform: {} },
    review: {
      stacks: ['data', 'platform'],
      notes: [{ path: 'data/Postgres', text: 'its backups are yours' }],
      pools: [
        { cluster: 'prod', pool: { poolName: 'cpu', nodeSelector: {}, tolerations: [] } },
        {
          cluster: 'prod',
          pool: {
            poolName: 'gpu',
            nodeSelector: { pool: 'gpu' },
            tolerations: [taint],
            device: { accelerator: 'A30', resourceName: 'nvidia.com/gpu' },
            capacity: { cpu: '16', memory: '64Gi', devices: 2 },
          },
        },
      ],
    },
  });
  expect(text).toBe(`stack  construct          count  resources
-----  -----------------  -----  ---------
data   Postgres           1      kubernetes_job_v1
data   Postgres/Registry  2      kubernetes_secret_v1 ×2
data   Queues             1      helm_release

4 resources in 2 stacks: /tmp/out

pool  cluster  accelerator  node selector  tolerates                  capacity
----  -------  -----------  -------------  -------------------------  --------
cpu   prod     –            –              –                          unknown
gpu   prod     A30          pool=gpu       nvidia.com/gpu:NoSchedule  16 CPU, 64Gi, 2 devices

What a reviewer should know:
  - its backups are yours (data/Postgres)
`);
});

test('constructs that nobody would read to the end are counted with the one around them, and long lists of types are cut', () => {
  const made = (count: number): StackJson => ({
    resource: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `kubernetes_type_${String(index).padStart(2, '0')}_v1`,
        { a: at(`data/Operators/Chart-${index}/Resource`), b: at(`data/Own-${index % 2}/Resource`) },
      ]),
    ),
  });
  const table = (count: number) =>
    summary({ folder: '/tmp/out', stacks: { data: made(count) }, review: { stacks: ['data'], notes: [], pools: [] } })
      .split('\n\n')[0]
      ?.split('\n')
      .slice(2);
  expect(table(38)).toHaveLength(40);
  const [operators = '', ...own] = table(39) ?? [];
  expect(own.map((row) => row.split(/ +/).slice(0, 3))).toEqual([
    ['data', 'Own-0', '20'],
    ['data', 'Own-1', '19'],
  ]);
  expect(operators).toBe(
    'data   Operators  39     kubernetes_type_00_v1, kubernetes_type_01_v1, kubernetes_type_02_v1, kubernetes_type_03_v1 and 35 other types',
  );
});

test('images are found in containers at any depth and in the values of charts', () => {
  const pod = (image: string) => ({
    spec: { template: { spec: { container: [{ image }], init_container: [{ image: 'init:1' }] } } },
  });
  const values = JSON.stringify({ manifests: [{ kind: 'RayCluster', spec: { image: 'ray:2' } }] });
  const stack: StackJson = {
    resource: {
      kubernetes_deployment_v1: { a: pod('b:1'), b: pod('a:1'), c: pod('b:1') },
      helm_release: { d: { values: [values, '{ not json', 'image: yaml:1'] } },
    },
  };
  expect(imagesIn(stack)).toEqual(['a:1', 'b:1', 'init:1', 'ray:2']);
});
