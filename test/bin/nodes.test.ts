import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFactsSchema } from '../../lib/kubernetes/cluster-facts';
import { Workbench } from './mlops';

const recorded = join(__dirname, '../kubernetes/cluster');
const read = (file: string) => readFileSync(join(recorded, file), 'utf8');

let bench: Workbench;
beforeAll(() => {
  bench = new Workbench();
});
afterEach(() => {
  for (const path of ['path', 'calls']) rmSync(join(bench.folder, path), { recursive: true, force: true });
});

/** kubectl with the answers of the test bed's API server; nodes without their images, definitions without their schemas. */
function kubectl(changes: Readonly<Record<string, string>> = {}): void {
  const answers = {
    version: 'version',
    nodes: 'nodes',
    customresourcedefinitions: 'definitions',
    storageclasses: 'storage-classes',
  };
  const cases = Object.entries(answers).map(([resource, file]) => {
    bench.write(`${file}.json`, read(`${file}.json`));
    return `*"${resource}"*) ${changes[resource] ?? `cat ${file}.json`};;`;
  });
  bench.program('kubectl', `case "$*" in\n${cases.join('\n')}\nesac`);
}

test('prints nodes, GPUs, definitions and storage classes', () => {
  kubectl();
  const { status, stdout, stderr } = bench.mlops('nodes');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.replace(/"date": "[\d-]+"/, '"date": "2026-11-23"')).toBe(read('cluster.json'));
  expect(clusterFactsSchema.safeParse(JSON.parse(stdout)).success).toBe(true);
});

test('prints the same of nodes in another order, and of what changes by itself', () => {
  kubectl();
  const before = bench.mlops('nodes').stdout;
  const list = JSON.parse(read('nodes.json'));
  const aged = list.items.reverse().map((node: { metadata: { labels: object }; spec: object; status: object }) => ({
    ...node,
    metadata: {
      ...node.metadata,
      resourceVersion: '99',
      annotations: { token: 'not-for-git' },
      labels: { ...node.metadata.labels, 'nvidia.com/gfd.timestamp': '1790000000' },
    },
    spec: {
      ...node.spec,
      taints: [
        { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
        ...((node.spec as { taints?: object[] }).taints ?? []).reverse(),
      ],
    },
    status: { ...node.status, conditions: [] },
  }));
  bench.write('nodes.json', { ...list, items: aged });
  expect(bench.mlops('nodes').stdout).toBe(before);
  expect(before).not.toContain('not-for-git');
});

test('asks the context that is named', () => {
  kubectl();
  expect(bench.mlops('nodes', '--context', 'on-prem').status).toBe(0);
  const calls = readFileSync(join(bench.folder, 'calls'), 'utf8').trim().split('\n');
  expect(calls).toEqual([
    'kubectl --context on-prem version -o json --request-timeout=60s',
    'kubectl --context on-prem get nodes -o json --request-timeout=60s',
    'kubectl --context on-prem get customresourcedefinitions.apiextensions.k8s.io -o json --request-timeout=60s',
    'kubectl --context on-prem get storageclasses.storage.k8s.io -o json --request-timeout=60s',
  ]);
});

const advice =
  'choose the cluster by KUBECONFIG or --context, and see that you may list nodes, definitions and storage classes';

test.each([
  [
    'without kubectl',
    undefined,
    'mlops: mlops nodes needs kubectl, got none on PATH; install it, or add its folder to PATH\n',
  ],
  [
    'when nothing answers',
    { version: 'echo "The connection to the server localhost:8080 was refused" >&2; exit 1' },
    `mlops: kubectl cannot read its version of the cluster, got The connection to the server localhost:8080 was refused; ${advice}\n`,
  ],
  [
    'when it may not read two of them',
    {
      nodes: 'echo "Error from server (Forbidden): nodes is forbidden" >&2; exit 1',
      storageclasses: 'echo "Error from server (Forbidden): storageclasses is forbidden" >&2; exit 1',
    },
    `mlops: 2 problems:\n  - kubectl cannot read nodes of the cluster, got Error from server (Forbidden): nodes is forbidden; ${advice}\n` +
      `  - kubectl cannot read storage classes of the cluster, got Error from server (Forbidden): storageclasses is forbidden; ${advice}\n`,
  ],
])('says what is wrong %s', (_, changes, text) => {
  if (changes) kubectl(changes as Record<string, string>);
  const { status, stdout, stderr } = bench.mlops('nodes');
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: text });
});
