import { Workbench } from './mlops';

const bench = new Workbench();

const label = 'mlops-constructs/platform';
const namespaces = [
  ['acme', 'acme'],
  ['acme-jobs', 'acme'],
  ['shop', 'shop'],
];

// the API server is a stand-in here: what a real one answers is in test/e2e/faults.test.ts
beforeAll(() => {
  const item = ([name, platform]: string[]) => ({ metadata: { name, labels: { [label]: platform } }, status: {} });
  const waiting = { metadata: { name: 'registry-1' }, status: { phase: 'Pending' } };
  bench.write('all.json', { items: namespaces.map(item) });
  bench.write('acme.json', { items: namespaces.slice(0, 2).map(item) });
  bench.write('pods.json', { items: [waiting] });
  bench.write('none.json', { items: [] });
  bench.program(
    'kubectl',
    `case "$EMPTY $*" in
      *"get namespaces -l ${label} "*) cat "\${EMPTY:-all.json}" ;;
      *"get namespaces -l ${label}=acme "*) cat acme.json ;;
      *"pods -n shop "*) cat pods.json ;;
      *) cat none.json ;;
    esac`,
  );
});
afterEach(() => {
  delete process.env.EMPTY;
});

test('a platform that is well', () => {
  expect(bench.mlops('why', 'acme')).toEqual({
    status: 0,
    stdout: 'pods in acme, acme-jobs: nothing is wrong\n',
    stderr: '',
  });
});

test('every platform, and the pod of one that waits', () => {
  expect(bench.mlops('why')).toEqual({ status: 2, stdout: 'shop/registry-1: phase Pending\n', stderr: '' });
});

test('fails when there is no such platform, and names those that there are', () => {
  expect(bench.mlops('why', 'amce')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      "mlops: the cluster of the current kubectl context has no platform 'amce', got acme, shop; name one of these, or choose another cluster by 'kubectl config use-context'\n",
  });
});

test.each([[[]], [['acme']]])('fails when there is no platform at all: why %p', (names: string[]) => {
  process.env.EMPTY = 'none.json';
  expect(bench.mlops('why', ...names)).toEqual({
    status: 1,
    stdout: '',
    stderr: `mlops: the cluster of the current kubectl context has no platform${names.map((name) => ` '${name}'`).join('')}, got no namespace with the label ${label}; apply the stack <name>-foundation first, or choose another cluster by 'kubectl config use-context'\n`,
  });
});
