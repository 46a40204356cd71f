import type { Review } from '../../lib/core/notes';
import { type Diff, diffOf } from '../../lib/review/diff/diff';
import { markdownStyle, plainStyle, printed } from '../../lib/review/diff/print';
import type { Output, StackJson } from '../../lib/review/output';
import { Workbench } from '../bin/mlops';

type Json = Record<string, unknown>;
type Resources = Record<string, Record<string, Json>>;

const at = (path: string) => ({ '//': { metadata: { path } } });
const pool = (poolName: string, more: Json = {}) => ({
  cluster: 'prod',
  pool: { poolName, nodeSelector: { pool: poolName }, tolerations: [], ...more },
});
const output = (stacks: Record<string, Resources | StackJson>, review: Partial<Review> = {}): Output => ({
  folder: '/tmp/out',
  stacks: Object.fromEntries(
    Object.entries(stacks).map(([name, json]) => [name, 'resource' in json ? (json as StackJson) : { resource: json }]),
  ) as Output['stacks'],
  review: { stacks: [], notes: [], pools: [], ...review },
});
const dangers = ({ dangers: all }: Diff) => all.map(({ address, text }) => `${address} ${text}`);
const compare = (before: Resources, after: Resources) => diffOf(output({ data: before }), output({ data: after }));
const bucket = (name: string, more: Json = {}) => ({
  ...at('data/Bucket/Resource'),
  bucket: name,
  lifecycle: { prevent_destroy: true },
  ...more,
});
const kinds = ({ steps }: Diff) =>
  steps.flatMap(({ changes }) => changes.map(({ kind, resource }) => `${kind} ${resource.address}`));

test('nothing changes where blocks are written with and without brackets, and where a plan ignores it', () => {
  const group = (desired: number, config: unknown) => ({
    scaling_config: { max_size: 2, desired_size: desired },
    taint: config,
    lifecycle: { ignore_changes: ['scaling_config[0].desired_size'] },
  });
  const diff = compare(
    { aws_eks_node_group: { a: group(1, [{ key: 'x' }]) } },
    { aws_eks_node_group: { a: group(2, { key: 'x' }) } },
  );
  expect(printed(diff, plainStyle)).toBe('Nothing changes\n');
  const kept = (name: string) => ({
    aws_s3_bucket: { a: bucket(name, { lifecycle: { ignore_changes: ['bucket'] } }) },
  });
  expect(printed(compare(kept('old'), kept('new')), plainStyle)).toBe('Nothing changes\n');
});

describe('what holds data', () => {
  test('is replaced', () => {
    expect(dangers(compare({ aws_s3_bucket: { a: bucket('old') } }, { aws_s3_bucket: { a: bucket('new') } }))).toEqual([
      "data: aws_s3_bucket.a is replaced, which loses its objects: bucket 'old' → 'new'; take the change back, or move the data first",
    ]);
  });

  test('is destroyed', () => {
    expect(dangers(compare({ aws_kms_key: { a: {} } }, {}))).toEqual([
      'data: aws_kms_key.a is destroyed, which loses everything that was encrypted with it; keep it, or take what you need out of it first',
    ]);
  });

  const before = {
    aws_s3_bucket: { a: bucket('x') },
    aws_s3_bucket_versioning: { v: { bucket: '$' + '{aws_s3_bucket.a.id}' } },
  };
  const renamed = {
    aws_s3_bucket: { b: bucket('x') },
    aws_s3_bucket_versioning: { v: { bucket: '$' + '{aws_s3_bucket.b.id}' } },
  };

  test('is renamed without a moved block, and with one', () => {
    expect(dangers(compare(before, renamed))[0]).toBe(
      'data: aws_s3_bucket.a is destroyed, which loses its objects, while data: aws_s3_bucket.b is made anew; if that is the same one, write a moved block from aws_s3_bucket.a to aws_s3_bucket.b',
    );
    const moved = { resource: renamed, moved: [{ from: 'aws_s3_bucket.a', to: 'aws_s3_bucket.b' }] };
    const diff = diffOf(output({ data: before }), output({ data: moved }));
    expect(dangers(diff)).toEqual([]);
    expect(kinds(diff)).toEqual(['moved data: aws_s3_bucket.b']);
    expect(kinds(diffOf(output({ data: moved }), output({ data: moved })))).toEqual([]);
  });

  test('goes to another state, which moved does not cross', () => {
    const both = (one: Resources, other: Resources) => output({ data: one, platform: other });
    const twin = { aws_s3_bucket: { a: bucket('x', at('platform/Bucket/Resource')) } };
    expect(dangers(diffOf(both({ aws_s3_bucket: { a: bucket('x') } }, {}), both({}, twin)))).toEqual([
      'data: aws_s3_bucket.a is destroyed, which loses its objects, while platform: aws_s3_bucket.a is made anew: moved does not cross states; leave it in data',
    ]);
  });

  test('is protected no more', () => {
    const open = { aws_s3_bucket: { a: bucket('x', { lifecycle: {} }) } };
    // what a provider sees does not change: only the danger is said
    expect(dangers(compare({ aws_s3_bucket: { a: bucket('x') } }, open))).toEqual([
      'data: aws_s3_bucket.a is protected no more: the next change may destroy it; say dataProtection on',
    ]);
  });

  test('shrinks', () => {
    const database = (allocated_storage: number) => ({ aws_db_instance: { a: { allocated_storage } } });
    expect(dangers(compare(database(50), database(200)))).toEqual([]);
    expect(dangers(compare(database(200), database(50)))).toEqual([
      'data: aws_db_instance.a cannot shrink: allocated_storage 200 → 50; leave it as large as it was',
    ]);
  });

  test('is known by another name', () => {
    const database = (identifier: string) => ({ aws_db_instance: { a: { identifier, engine: 'postgres' } } });
    expect(dangers(compare(database('acme'), database('acme-2')))).toEqual([
      "data: aws_db_instance.a changes what others know it by: identifier 'acme' → 'acme-2'; its address changes, and later stacks look for the old one until they are applied",
    ]);
  });
});

describe('what refers to something that is replaced', () => {
  const network = (cidr: string) => ({
    aws_vpc: { v: { cidr_block: cidr } },
    aws_subnet: { s: { vpc_id: '$' + '{aws_vpc.v.id}', cidr_block: '10.0.1.0/24' } },
    aws_db_subnet_group: { g: { name: 'acme', subnet_ids: ['$' + '{aws_subnet.s.id}'] } },
    aws_eip: { e: { domain: 'vpc' } },
  });

  test('is replaced, one after another; what only lists it is not', () => {
    const diff = compare(network('10.0.0.0/16'), network('10.1.0.0/16'));
    expect(kinds(diff)).toEqual(['replaced data: aws_vpc.v', 'replaced data: aws_subnet.s']);
    expect(dangers(diff)[1]).toBe(
      'data: aws_subnet.s is destroyed and made again, and what uses it fails in between: it refers to data: aws_vpc.v, which is replaced',
    );
  });

  test('is not replaced where it has a key of its own, or reads a data source of the same name', () => {
    const cluster = (key: string) => ({
      aws_kms_key: { k: { key_usage: key } },
      aws_eks_cluster: {
        c: { name: 'acme', encryption_config: { provider: { key_arn: '$' + '{aws_kms_key.k.arn}' } } },
      },
      aws_db_instance: { d: { kms_key_id: '$' + '{data.aws_kms_key.k.arn}' } },
    });
    expect(kinds(compare(cluster('A'), cluster('B')))).toEqual(['replaced data: aws_kms_key.k']);
  });

  test('is replaced where it says so itself', () => {
    const job = (uid: string) => ({
      terraform_data: { t: { triggers_replace: [uid] } },
      kubernetes_job_v1: { j: { metadata: { name: 'a' }, lifecycle: { replace_triggered_by: ['terraform_data.t'] } } },
    });
    const diff = compare(job('1'), job('2'));
    expect(kinds(diff)).toEqual(['replaced data: terraform_data.t', 'replaced data: kubernetes_job_v1.j']);
    expect(dangers(diff)).toEqual([]);
  });
});

describe('what may be replaced', () => {
  const group = (type: string, more: Json = { node_group_name_prefix: 'train-' }) => ({
    aws_eks_node_group: {
      n: { instance_types: [type], ...more, lifecycle: { create_before_destroy: true } },
    },
    aws_autoscaling_group_tag: { t: { autoscaling_group_name: '$' + '{aws_eks_node_group.n.id}' } },
  });

  test('node groups by prefix: new before old, with their tags', () => {
    const diff = compare(group('g6.xlarge'), group('g6e.xlarge'));
    expect(dangers(diff)).toEqual([]);
    expect(printed(diff, plainStyle)).toBe(`No dangers

Add and change

  data: 2 replaced
    ! n (aws_eks_node_group) replaced, new before old: instance_types 'g6.xlarge' → 'g6e.xlarge'
    ! t: aws_autoscaling_group_tag replaced with what they refer to
`);
  });

  test('not with a fixed name: neither the change to it, nor a replacement after it', () => {
    const fixed = { node_group_name: 'train' };
    const text =
      /^data: aws_eks_node_group\.n has a fixed name instead of node_group_name_prefix: a new one cannot be made/;
    expect(dangers(compare(group('g6.xlarge'), group('g6.xlarge', fixed)))).toEqual(
      expect.arrayContaining([expect.stringMatching(text)]),
    );
    expect(dangers(compare(group('g6.xlarge', fixed), group('g6e.xlarge', fixed)))).toEqual(
      expect.arrayContaining([expect.stringMatching(text)]),
    );
    expect(dangers(compare(group('g6.xlarge', fixed), group('g6.xlarge', { ...fixed, labels: { a: 'b' } })))).toEqual(
      [],
    );
  });

  test('Jobs at apply, named by their input', () => {
    const job = (name: string) => ({ kubernetes_job_v1: { j: { metadata: { name, namespace: 'acme' } } } });
    const diff = compare(job('databases-1'), job('databases-2'));
    expect([dangers(diff), kinds(diff)]).toEqual([[], ['replaced data: kubernetes_job_v1.j']]);
  });

  test('nothing else: what uses it fails in between', () => {
    const service = (name: string) => ({ kubernetes_service_v1: { s: { metadata: { name } } } });
    expect(dangers(compare(service('registry'), service('mlflow')))).toEqual([
      "data: kubernetes_service_v1.s is destroyed and made again, and what uses it fails in between: metadata.name 'registry' → 'mlflow'",
    ]);
  });

  test('a load balancer may get subnets, and lose none', () => {
    const balancer = (...subnets: string[]) => ({ aws_lb: { l: { load_balancer_type: 'network', subnets } } });
    expect(dangers(compare(balancer('a', 'b'), balancer('a', 'b', 'c')))).toEqual([]);
    expect(dangers(compare(balancer('a', 'b', 'c'), balancer('a', 'b')))).toHaveLength(1);
  });
});

test('a stack whose state or region is another', () => {
  const stack = (key: string, region: string, kept: Json = {}): StackJson => ({
    resource: {},
    terraform: { backend: { s3: { key, ...kept } } },
    provider: { aws: [{ region }] },
  });
  const kept = { encrypt: true, kms_key_id: 'alias/state', use_lockfile: true };
  const before = output({ data: stack('a', 'eu-west-1') });
  expect(dangers(diffOf(before, output({ data: stack('a', 'eu-west-1', kept) })))).toEqual([]);
  expect(dangers(diffOf(before, output({ data: stack('b', 'eu-central-1', kept) })))).toEqual([
    `data: backend its state is looked for elsewhere, and Terraform makes everything again unless you run 'terraform init -migrate-state': {"s3":{"key":"a"}} → {"s3":{"key":"b"}}`,
    'data: region everything in it is made anew in another region, without its data: "eu-west-1" → "eu-central-1"',
  ]);
});

describe('pools', () => {
  const nodes = (...names: string[]): Resources => ({
    aws_eks_node_group: Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...at(`foundation/Nodes/${name}-a/Resource`),
          node_group_name_prefix: `${name}-`,
          labels: { pool: name },
          launch_template: { id: `$${'{'}aws_launch_template.${name}.id}` },
        },
      ]),
    ),
    aws_launch_template: Object.fromEntries(
      names.map((name) => [name, { ...at(`foundation/Nodes/${name}-template`), name_prefix: `${name}-` }]),
    ),
  });
  const state = (names: string[], pools: Review['pools'], notes: string[] = []) =>
    output({ platform: {}, foundation: nodes(...names) }, { pools, notes: notes.map((text) => ({ path: 'p', text })) });
  const old = state(['old'], [pool('old')] as Review['pools'], ['known']);
  const retiring = [pool('old', { retiring: true }), pool('young')] as Review['pools'];

  test('added, with the old one retiring: what goes later is foreseen', () => {
    const between = state(['old', 'young'], retiring, ['known', 'ask for a quota']);
    const diff = diffOf(old, between);
    expect(printed(diff, plainStyle)).toBe(`No dangers

Step 1: add and change
  - New pools: 'young'.
  - 'old' retires: the nodes stay until they are empty, and nothing new is sent there.

  foundation: 2 added
    + Nodes: aws_launch_template
    + Nodes/young-a: aws_eks_node_group

New duties and notes:
  - ask for a quota

Step 2: retire, later
  - Not part of this change: once nothing runs on 'old' any more, take it out of pools, and this goes.

  foundation: 2 removed
    - Nodes: aws_launch_template
    - Nodes/old-a: aws_eks_node_group
`);
    const last = diffOf(between, state(['young'], [pool('young')] as Review['pools'], ['known', 'ask for a quota']));
    expect(last.steps.map(({ title, words }) => [title, ...words])).toEqual([
      ['Remove', "'old' retired before: look that nothing runs there any more."],
    ]);
    expect(kinds(last)).toEqual(kinds({ ...diff, steps: diff.steps.slice(1) }));
  });

  test('swapped in one change: said to be two, and how', () => {
    const diff = diffOf(old, state(['young'], [pool('young')] as Review['pools']));
    expect(diff.advice).toEqual([
      "Make this two changes, or what runs on 'old' is stopped: first keep it in pools with retiring: true and deploy all stacks, so that the work moves to other pools; then take it out.",
    ]);
    expect(diff.steps.map(({ title }) => title)).toEqual(['Add and change', 'Remove']);
  });
});

test('types that nobody judges are named', () => {
  const thing = (size: number) => ({ acme_thing: { a: { size } } });
  const diff = compare(thing(1), thing(2));
  expect(diff.unjudged).toEqual(['acme_thing']);
  expect(printed(diff, plainStyle)).toMatch('Not judged, because we do not know what replaces them: acme_thing');
});

describe('mlops diff', () => {
  let bench: Workbench;
  beforeAll(() => {
    bench = new Workbench();
    for (const [folder, name] of [
      ['main', 'old'],
      ['pull', 'new'],
    ] as const) {
      bench.write(`${folder}/manifest.json`, {
        stacks: { data: { name: 'data', synthesizedStackPath: 'stacks/data/cdk.tf.json' } },
      });
      bench.write(`${folder}/stacks/data/cdk.tf.json`, { resource: { aws_s3_bucket: { a: bucket(name) } } });
    }
  });

  test('ends with 0 without dangers, with 2 with some, dangers first', () => {
    expect(bench.mlops('diff', 'main', 'main')).toEqual({ status: 0, stdout: 'Nothing changes\n', stderr: '' });
    const { status, stdout } = bench.mlops('diff', 'main', 'pull');
    expect(status).toBe(2);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '1 danger: do not apply this',
      "  - data: aws_s3_bucket.a (data/Bucket/Resource) is replaced, which loses its objects: bucket 'old' → 'new'; take the change back, or move the data first",
      '',
    ]);
  });

  test('ends with 0 where the danger is decided on', () => {
    const { status, stdout } = bench.mlops('diff', 'main', 'pull', '--allow', 'data: aws_s3_bucket.a');
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'Dangers that were accepted']);
  });

  test.each([
    ['pull', "use 'data: aws_s3_bucket.a', or leave it out"],
    ['main', 'leave it out: there are none'],
  ])('prints first, then refuses a decision on what is no danger: main to %s', (after, advice) => {
    const { stdout } = bench.mlops('diff', 'main', after);
    expect(bench.mlops('diff', 'main', after, '--allow', 'data: aws_s3_bucket.b')).toEqual({
      status: 1,
      stdout,
      stderr: `mlops: --allow names what is no danger of this change, got 'data: aws_s3_bucket.b'; ${advice}\n`,
    });
  });

  test('says the same for a pull request', () => {
    const { stdout } = bench.mlops('diff', 'main', 'pull', '--markdown');
    expect(stdout).toBe(`### 1 danger: do not apply this
- data: aws\\_s3\\_bucket.a (data/Bucket/Resource) is replaced, which loses its objects: bucket 'old' → 'new'; take the change back, or move the data first

### Add and change

**data: 1 replaced**

\`\`\`diff
! Bucket (aws_s3_bucket) replaced, old before new: bucket 'old' → 'new'
\`\`\`
`);
    expect(markdownStyle.item('a_b')).toBe('- a\\_b');
  });

  test('needs two outputs', () => {
    const { status, stderr } = bench.mlops('diff', 'main', 'nowhere');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^mlops: '.*nowhere' holds no stacks, got no manifest\.json; run 'mlops synth'/);
  });
});
