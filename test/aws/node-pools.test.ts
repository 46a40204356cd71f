import { allocatable } from '../../lib/aws/nodes/capacity';
import { planPools, zoneSizes } from '../../lib/aws/nodes/plan';
import type { NodePool, NodePools } from '../../lib/aws/nodes/pool';
import { choosePlanned, poolOf } from '../../lib/aws/nodes/scheduling';
import { nodeType } from '../../lib/aws/nodes/types';
import type { PlatformError, PoolNeed } from '../../lib/index';

const system: NodePool = { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services'] };
const planOf = (pools: object) => planPools(pools as NodePools, ['a', 'b']);
const plan = (pools: object) => planOf({ system, ...pools });
const problems = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as PlatformError).problems;
  }
  throw new Error('there was no problem');
};
const gpu = { min: 0, max: 2, purposes: ['training'] };
const cpu = { min: 0, max: 2, purposes: ['processing'] };

test('everything that is wrong with pools, all at once', () => {
  expect(
    problems(() =>
      planOf({
        typo: { ...cpu, instanceTypes: ['m7i.xlrage'] },
        family: { ...cpu, instanceTypes: ['x1.large'] },
        arm: { ...cpu, instanceTypes: ['m7g.large'] },
        mixed: { ...gpu, instanceTypes: ['g6.xlarge', 'g6e.xlarge'] },
        fraction: { ...gpu, instanceTypes: ['g6f.large'] },
        a30: { ...gpu, accelerator: 'A30' },
        unknown: { ...gpu, accelerator: 'A100' },
        mig: { ...gpu, accelerator: 'A100 40GB', mig: '3g.20gb', count: 8 },
        nomig: { ...gpu, accelerator: 'L4', mig: '1g.5gb', min: 1 },
        big: { ...gpu, memory: '200 GiB' },
        other: { ...gpu, accelerator: 'L4', instanceTypes: ['g5.xlarge'] },
        none: { ...cpu, instanceTypes: [] },
        Upper: { ...cpu, instanceTypes: ['m7a.large'], zones: ['d'] },
        sizes: { ...cpu, instanceTypes: ['m7a.large'], min: 3 },
        shared: { ...gpu, accelerator: 'L4', timeSlicing: 4, min: 1 },
      }),
    ),
  ).toEqual([
    "pools lack 'system', got typo, family, arm, mixed, fraction, a30, unknown, mig, nomig, big, other, none, Upper, sizes, shared; add it: CoreDNS and the autoscalers run there",
    "pool 'typo' names an EC2 type that is not in the catalogue, got 'm7i.xlrage'; use m7i.large, m7i.xlarge, m7i.2xlarge, m7i.4xlarge, m7i.8xlarge, m7i.12xlarge, m7i.16xlarge, m7i.24xlarge, m7i.48xlarge, m7i.metal-24xl, m7i.metal-48xl",
    expect.stringMatching(
      /^pool 'family' names an EC2 type that is not in the catalogue, got 'x1\.large'; use a type of c6i, c7a, .*t4g$/,
    ),
    "pool 'arm' has EC2 types of another architecture than 'amd64', got 'm7g.large' (arm64); take types of amd64, or set arch to the one that its images are built for",
    "pool 'mixed' mixes EC2 types with different accelerators, got 'g6.xlarge' (1 × L4), 'g6e.xlarge' (1 × L40S); make a pool of each",
    "EC2 type 'g6f.large' has only a fraction of an L4, got a GPU count of 0; use 'g6.xlarge', which has a whole one",
    'AWS has no A30, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; take the nearest, A10G (g5) or L4 (g6), or ask by memory',
    "pool 'unknown' names an accelerator that is not in the catalogue, got 'A100'; use 'A100 40GB' or 'A100 80GB'",
    "pool 'mig' uses MIG and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out mig",
    expect.stringMatching(
      /^pool 'nomig' asks for MIG, which L4 does not have, got '1g.5gb'; leave out mig, or use 'A30'/,
    ),
    'AWS does not have an accelerator with 200 GiB for training, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; lower the need, or spread the work over several nodes',
    "pool 'other' has EC2 types without L4, got 'g5.xlarge' (1 × A10G); leave out instanceTypes, or accelerator",
    "pool 'none' has no EC2 type, got []; name one in instanceTypes",
    "the name of a pool is not a DNS label, got 'Upper'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit",
    "pool 'Upper' is in zones that the cluster does not have, got d; use a, b",
    "pool 'sizes' needs whole numbers of nodes, min at most max, max at least 1, got min 3, max 2; correct them, or remove the pool",
    "pool 'shared' shares its accelerators and needs a node in each of its zones: autoscalers cannot start them from zero, got a minimum of 1, none in zone b; set min to 2, or zones to fewer",
  ]);
});

test('sizes are shared out among zones, the oldest first', () => {
  const sizes = (pool: object, zones: ('a' | 'b' | 'c')[]) =>
    zoneSizes({ ...system, ...pool } as NodePool, zones).map(({ letter, min, max }) => `${letter} ${min}–${max}`);
  expect(sizes({}, ['a', 'b'])).toEqual(['a 1–2', 'b 1–2']);
  expect(sizes({ min: 1, max: 6 }, ['b', 'c', 'a'])).toEqual(['b 1–2', 'c 0–2', 'a 0–2']);
  expect(sizes({ min: 0, max: 1 }, ['a', 'b'])).toEqual(['a 0–1']);
  expect(sizes({ zones: ['b'] }, ['a', 'b'])).toEqual(['b 2–4']);
});

test('EC2 types by accelerator and by memory: the cheapest that fits', () => {
  const typeOf = (pool: object) => plan({ gpu: { ...gpu, ...pool } })[1]?.types.map(({ name }) => name);
  expect(typeOf({ accelerator: 'L40S' })).toEqual(['g6e.xlarge']);
  expect(typeOf({ accelerator: 'L4', count: 4 })).toEqual(['g6.12xlarge']);
  expect(typeOf({ memory: '40 GiB' })).toEqual(['g6e.xlarge']);
  expect(typeOf({ memory: '20 GiB', purposes: ['serving'] })).toEqual(['g6.xlarge']);
  expect(typeOf({ instanceTypes: ['g6.2xlarge', 'g6.4xlarge'] })).toEqual(['g6.2xlarge', 'g6.4xlarge']);
});

test('pools as workloads see them', () => {
  expect(poolOf(plan({})[0] as never)).toEqual({
    poolName: 'system',
    nodeSelector: { 'mlops-constructs/pool': 'system' },
    tolerations: [],
    capacity: { cpu: '15680m', memory: '54360Mi' },
    node: { cpu: '3920m', memory: '13590Mi' },
  });
  const training = { accelerator: 'L4', timeSlicing: 4, count: 4, min: 2, max: 2, purposes: ['training'] };
  expect(poolOf(plan({ training })[1] as never)).toMatchObject({
    nodeSelector: { 'mlops-constructs/pool': 'training', 'mlops-constructs/accelerator': 'l4-shared-4' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    device: { accelerator: 'L4', resourceName: 'nvidia.com/gpu' },
    capacity: { devices: 32 },
  });
  expect(poolOf(plan({ batch: { ...cpu, instanceTypes: ['m7a.large'] } })[1] as never).tolerations).toEqual([
    { key: 'mlops-constructs/pool', operator: 'Equal', value: 'batch', effect: 'NoSchedule' },
  ]);
});

test('allocatable as nodeadm reserves', () => {
  // kubeReserved of a 4-vCPU node: 60 + 10 + 5 + 5 millicores
  expect(allocatable(nodeType('m7i.xlarge'))).toEqual({ millicores: 3920, memoryMiB: 13590 });
  expect(allocatable(nodeType('m7i.2xlarge')).millicores).toBe(7910);
});

test('a pool by need', () => {
  const pools = plan({
    training: { ...gpu, accelerator: 'L40S' },
    serving: { min: 0, max: 2, purposes: ['serving'], accelerator: 'L4' },
    batch: { ...cpu, instanceTypes: ['m7a.large'] },
  });
  const choose = (need: PoolNeed) => choosePlanned('acme', pools, need).poolName;
  expect(choose({ purpose: 'services' })).toBe('system');
  expect(choose({ purpose: 'processing' })).toBe('batch');
  expect(choose({ purpose: 'retraining', memory: '20 GiB' })).toBe('training');
  expect(choose({ purpose: 'serving', memory: '20 GiB' })).toBe('serving');
  expect(problems(() => choose({ purpose: 'training', accelerator: 'A2' }))).toEqual([
    'AWS has no A2, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; take the nearest, T4 (g4dn) or L4 (g6), or ask by memory',
  ]);
  expect(problems(() => choose({ purpose: 'training', accelerator: 'H100' }))).toEqual([
    "cluster 'acme' has no H100, got pools training: 1 × L40S (44.9 GiB, sold as 48 GB); add a pool that has it, or ask by memory",
  ]);
});

test('a pool that retires is chosen no more, and may lose its last node', () => {
  const old = { ...gpu, accelerator: 'L40S', min: 2, retiring: true };
  const shared = { ...gpu, accelerator: 'L4', purposes: ['serving'], timeSlicing: 2, min: 1, retiring: true };
  const pools = plan({ old, shared, young: { ...gpu, accelerator: 'L40S' } });
  const choose = (from: typeof pools, need: PoolNeed) => choosePlanned('acme', from, need).poolName;
  expect(choose(pools, { purpose: 'training', memory: '40 GiB' })).toBe('young');
  expect(pools.map((pool) => poolOf(pool).retiring)).toEqual([undefined, true, true, undefined]);
  expect(zoneSizes(pools[1]?.declared as NodePool, ['a', 'b'])).toEqual([
    { letter: 'a', min: 0, max: 1 },
    { letter: 'b', min: 0, max: 1 },
  ]);
  expect(problems(() => choose(plan({ old }), { purpose: 'training', memory: '40 GiB' }))).toEqual([
    "cluster 'acme' has only a pool that retires for training, got 'old'; add the pool that takes over from it, or leave out its retiring",
  ]);
  expect(problems(() => choose(plan({ old }), { purpose: 'training', accelerator: 'H100' }))).toEqual([
    "cluster 'acme' has no H100, got pools old: 1 × L40S (44.9 GiB, sold as 48 GB); add a pool that has it, or ask by memory",
  ]);
  expect(problems(() => planOf({ system: { ...system, retiring: true } }))).toEqual([
    "pool 'system' cannot retire, got retiring: true; change its types in place: its nodes are made before the old ones go",
  ]);
});

test('wrong declarations do not compile', () => {
  // @ts-expect-error EC2 has no A30
  const a30: NodePool = { accelerator: 'A30', min: 0, max: 1, purposes: ['training'] };
  // @ts-expect-error L4 has no MIG
  const mig: NodePool = { accelerator: 'L4', mig: '1g.5gb', min: 1, max: 1, purposes: ['training'] };
  // @ts-expect-error there is no such size
  const typo: NodePool = { instanceTypes: ['m7i.xlrage'], min: 1, max: 1, purposes: ['services'] };
  expect([a30, mig, typo]).toHaveLength(3);
});
