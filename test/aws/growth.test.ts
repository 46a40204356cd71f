import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOutput } from '../../bin/output';
import type { PlatformApp, Preset } from '../../lib/index';
import { undecided } from '../../lib/review/diff/dangers';
import { type Diff, diffOf } from '../../lib/review/diff/diff';
import { plainStyle, printed } from '../../lib/review/diff/print';
import { typeRow } from '../../lib/review/diff/replacing';
import type { Output } from '../../lib/review/output';
import { Platform } from '../../stacks/index';
import { example, preset, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

type Aws = Extract<Preset['target'], { kind: 'aws' }>;
type Json = Record<string, unknown>;
type Resources = Record<string, Record<string, Json>>;

const system = {
  instanceTypes: ['m7i.xlarge'],
  min: 3,
  max: 6,
  purposes: ['services', 'processing', 'training', 'serving'],
} as const;
const pools: NonNullable<Aws['pools']> = {
  system,
  serving: { accelerator: 'L4', min: 0, max: 2, purposes: ['serving'] },
  processing: { instanceTypes: ['m7a.2xlarge'], min: 0, max: 10, purposes: ['processing'], spot: true },
  'training-l40s-4': { accelerator: 'L40S', count: 4, min: 0, max: 4, purposes: ['training'] },
};
const training = { accelerator: 'L40S', min: 0, max: 2, purposes: ['training'], retiring: true } as const;
const grownWith = (these: typeof pools): Aws => ({
  ...awsTarget,
  network: { zones: ['a', 'b', 'c'], nat: 'per-zone' },
  postgres: {
    sslMode: 'require',
    instanceClass: 'db.m7g.large',
    multiAz: true,
    backupDays: 30,
    storage: '200 GiB',
  },
  pools: these,
});

const outputOf = (build: (app: PlatformApp) => void) => readOutput(synthesized(build).outdir);
const platformOn = (target: Aws) =>
  outputOf((app) => {
    const operators = { ...preset.operators, kueue: { mode: 'install' as const } };
    const platform = new Platform(app, { ...preset, operators, target });
    platform.training?.addJob('train', { image: 'ghcr.io/acme/train:1.0.0', need: { memory: '20 GiB' } });
  });
const small = platformOn(awsTarget);
const growing = platformOn(grownWith({ ...pools, training }));
const grown = platformOn(grownWith(pools));

const kindsOf = ({ steps }: Diff, type: string) =>
  steps.map(({ title, changes }) => [
    title,
    ...changes
      .filter(({ resource }) => resource.type === type)
      .map(({ kind, resource }) => `${kind} ${nameOf(resource)}`),
  ]);
const nameOf = ({ path }: { path: string }) => path.split('/').at(-2);

describe('from reasonable to grown: three zones, a NAT in each, a larger Postgres, other pools', () => {
  const first = diffOf(small, growing);
  const second = diffOf(growing, grown);

  test('docs/growing.md shows it as it is', () => {
    // prices have their own tests
    const shape = (text: string) => text.replace(/Money: .*? USD/g, 'Money: … USD');
    const document = readFileSync(join(__dirname, '../../docs/growing.md'), 'utf8');
    expect(shape(document)).toContain(shape(printed(first, plainStyle)));
  });

  test('neither step is dangerous, or needs advice, or changes a type that nobody judges', () => {
    expect([first.dangers, first.advice, first.unjudged]).toEqual([[], [], []]);
    expect([second.dangers, second.advice, second.unjudged]).toEqual([[], [], []]);
  });

  test('the first adds, changes in place, replaces nothing and removes nothing', () => {
    const kinds = new Set(first.steps[0]?.changes.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['added', 'changed']);
    expect(kindsOf(first, 'aws_eks_node_group')).toEqual([
      [
        'Add and change',
        'added processing-a',
        'added processing-b',
        'added processing-c',
        'added system-c',
        'added training-l40s-4-a',
        'added training-l40s-4-b',
        'added training-l40s-4-c',
      ],
      ['Retire, later', 'removed training-a', 'removed training-b'],
    ]);
    const database = first.steps[0]?.changes.find(({ resource }) => resource.type === 'aws_db_instance');
    expect(database?.differences.map(({ path }) => path)).toEqual([
      'allocated_storage',
      'backup_retention_period',
      'instance_class',
      'max_allocated_storage',
      'multi_az',
    ]);
  });

  test('the second removes the nodes of the pool that retired, and what is theirs, and nothing else', () => {
    const foreseen = first.steps[1]?.changes.map(({ resource }) => resource.address);
    expect(second.steps.map(({ title }) => title)).toEqual(['Remove']);
    expect(second.steps[0]?.changes.map(({ resource }) => resource.address)).toEqual(foreseen);
    expect(new Set(second.steps[0]?.changes.map(({ resource }) => resource.type))).toEqual(
      new Set(['aws_eks_node_group', 'aws_autoscaling_group_tag', 'aws_launch_template']),
    );
  });

  test('work moves to the new pool in the first step, and queues have no quota on the old one', () => {
    const jobs = first.steps[0]?.changes.find(({ resource }) => resource.type === 'kubernetes_cron_job_v1');
    expect(jobs?.differences.map(({ after }) => after)).toContain('training-l40s-4');
    const queue = JSON.stringify(growing.stacks['acme-platform']?.resource?.helm_release);
    expect(queue).toContain('acme-training-l40s-4');
    expect(queue).not.toMatch(/pool: training\\n/);
  });

  test('money: more with the first step, less with the second, ends where the grown one is', () => {
    const [add, retire] = first.steps;
    expect(add?.cost.after.ceiling).toBeGreaterThan(add?.cost.before.ceiling as number);
    expect(retire?.cost.after.ceiling).toBeLessThan(retire?.cost.before.ceiling as number);
    expect(retire?.cost.after).toEqual(second.steps[0]?.cost.after);
  });

  test('both in one change: said to be two', () => {
    const { advice, dangers, steps } = diffOf(small, grown);
    expect([dangers, steps.map(({ title }) => title)]).toEqual([[], ['Add and change', 'Remove']]);
    expect(advice).toEqual([expect.stringMatching(/^Make this two changes, or what runs on 'training' is stopped/)]);
  });

  test('a pool that is shared out among more zones may have too few in one: said', () => {
    const fewer = platformOn(grownWith({ ...pools, training, system: { ...system, min: 2, max: 4 } }));
    expect(diffOf(small, fewer).steps[0]?.words).toContainEqual(
      expect.stringMatching(/^aws_eks_node_group\.\S+system-b\S+ gets a maximum of 1 instead of 2: EKS refuses that/),
    );
  });
});

describe('planted faults are found, each with its address', () => {
  /** The output with its resources changed by hand. */
  const edited = (output: Output, edit: (stacks: Record<string, { resource: Resources }>) => void): Output => {
    const copy = structuredClone(output);
    edit(copy.stacks as unknown as Record<string, { resource: Resources }>);
    return copy;
  };
  const all = (stacks: Record<string, { resource: Resources }>, type: string) =>
    Object.entries(stacks).flatMap(([stack, { resource }]) =>
      Object.entries(resource[type] ?? {}).map(([name, json]) => ({
        address: `${stack}: ${type}.${name}`,
        name,
        json,
      })),
    );
  const one = (stacks: Record<string, { resource: Resources }>, type: string, id: string) => {
    const found = all(stacks, type).find(({ name }) => name.startsWith(id));
    if (!found) throw new Error(`no ${type} ${id}`);
    return found;
  };
  const dangers = (before: Output, after: Output) => diffOf(before, after).dangers;

  test('slots of zones computed from how many there are', () => {
    const cut = (blocks: readonly string[]) => (stacks: Record<string, { resource: Resources }>) => {
      for (const [index, zone] of ['a', 'b'].entries()) {
        one(stacks, 'aws_subnet', `Network_Zone-${zone}_Private`).json.cidr_block = blocks[index];
      }
    };
    const found = dangers(
      edited(small, cut(['10.0.0.0/18', '10.0.64.0/18'])),
      edited(growing, cut(['10.0.0.0/19', '10.0.32.0/19'])),
    );
    const subnets = found.filter(({ address }) => address.includes('aws_subnet'));
    expect(subnets.map(({ path }) => path.split('/').slice(2, 4))).toEqual([
      ['Zone-a', 'Private'],
      ['Zone-b', 'Private'],
    ]);
    expect(subnets[1]?.text).toMatch("cidr_block '10.0.64.0/18' → '10.0.32.0/19'");
  });

  test('a fixed name of node groups', () => {
    let addresses: string[] = [];
    const after = edited(growing, (stacks) => {
      const groups = all(stacks, 'aws_eks_node_group');
      for (const { name, json } of groups) {
        json.node_group_name = name;
        delete json.node_group_name_prefix;
      }
      addresses = groups.map(({ address }) => address);
    });
    const found = dangers(small, after).filter(({ text }) => text.startsWith('has a fixed name'));
    expect(found.map(({ address }) => address).sort()).toEqual(addresses.sort());
  });

  test.each<readonly [what: string, type: string, id: string, attribute: string, value: unknown, text: RegExp]>([
    [
      'a bucket that is renamed',
      'aws_s3_bucket',
      'Bucket-models',
      'bucket',
      'acme-models',
      /is replaced, which loses its objects/,
    ],
    [
      'a key of another kind',
      'aws_kms_key',
      'DataKey',
      'multi_region',
      true,
      /is replaced, which loses everything that was/,
    ],
    [
      'a database that is encrypted anew',
      'aws_db_instance',
      'Postgres',
      'kms_key_id',
      'arn:x',
      /which loses its databases/,
    ],
    [
      'a database under another name',
      'aws_db_instance',
      'Postgres',
      'identifier',
      'acme-2',
      /changes what others know it/,
    ],
    ['a cluster under another name', 'aws_eks_cluster', 'Cluster', 'name', 'acme-2', /loses everything in the cluster/],
  ])('%s', (_, type, id, attribute, value, text) => {
    let address = '';
    const after = edited(growing, (stacks) => {
      const found = one(stacks, type, id);
      found.json[attribute] = value;
      address = found.address;
    });
    const [first] = dangers(small, after).filter((danger) => danger.address === address);
    expect(first?.text).toMatch(text);
    expect(first?.text).toMatch(attribute);
  });

  test('a bucket in another stack', () => {
    const after = edited(growing, (stacks) => {
      const { name, json } = one(stacks, 'aws_s3_bucket', 'Bucket-models');
      delete stacks['acme-data']?.resource.aws_s3_bucket?.[name];
      (stacks['acme-platform'] as { resource: Resources }).resource.aws_s3_bucket = { [name]: json };
    });
    expect(dangers(small, after)).toEqual([
      expect.objectContaining({
        address: expect.stringMatching(/^acme-data: aws_s3_bucket\.Bucket-models_/),
        text: expect.stringMatching(/moved does not cross states; leave it in acme-data$/),
      }),
    ]);
  });

  test('another network', () => {
    const other = platformOn({ ...awsTarget, network: { cidr: '10.64.0.0/16' } });
    const found = diffOf(small, other);
    const text = printed(found, plainStyle);
    expect(text).toMatch(
      /^ {2}- acme-foundation: aws_vpc\.Network_\S+ .*: cidr_block '10\.0\.0\.0\/16' → '10\.64\.0\.0\/16'$/m,
    );
    // what refers to it is counted, not listed
    expect(text).toMatch(/^ {2}- \d+ more, destroyed and made again because of what they refer to: .*aws_nat_gateway/m);
    expect(found.dangers.filter(({ address }) => address.includes('aws_subnet'))).toHaveLength(6);
    const allowed = found.dangers.filter(({ because }) => !because).map(({ address }) => address);
    expect(undecided(found.dangers, allowed)).toEqual([]);
    expect(undecided(found.dangers, allowed.slice(1)).length).toBeGreaterThan(1);
  });
});

test('every type that an example renders has a row', () => {
  const types = (['reasonable-aws', 'existing-cluster'] as const).flatMap((name) =>
    Object.values(readOutput(example(name)).stacks).flatMap(({ resource }) => Object.keys(resource ?? {})),
  );
  expect([...new Set(types)].filter((type) => !typeRow(type))).toEqual([]);
  expect(new Set(types).size).toBeGreaterThan(50);
});

test('an existing cluster: a host name for the registry', () => {
  const gateway = { mode: 'existing', name: 'public', namespace: 'gateways' } as const;
  const exposed = {
    ...preset,
    operators: { ...preset.operators, gateway },
    registry: { mode: 'on', hostname: 'ml.example.com' },
  } as Preset;
  const diff = diffOf(
    outputOf((app) => new Platform(app, preset)),
    outputOf((app) => new Platform(app, exposed)),
  );
  expect(diff.dangers).toEqual([]);
  expect(diff.steps.flatMap(({ changes }) => changes.map(({ kind, resource }) => `${kind} ${resource.type}`))).toEqual([
    'added helm_release',
    'changed kubernetes_network_policy_v1',
  ]);
});
