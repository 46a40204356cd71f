import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AcceleratorName,
  acceleratorNames,
  catalogue,
  isAcceleratorName,
  type MigProfile,
} from '../../lib/accelerators/catalogue';
import { cpus } from '../../lib/accelerators/cpus';
import {
  type Device,
  type DeviceInput,
  deviceMemory,
  deviceProblems,
  devicesOf,
  gib,
} from '../../lib/accelerators/device';
import {
  acceleratorOfEc2Type,
  ec2Accelerators,
  ec2Family,
  ec2Fractions,
  ec2Type,
  ec2Types,
} from '../../lib/accelerators/ec2';
import { existingNodeSelector, gpuTaint, poolDevices, scheduling } from '../../lib/accelerators/scheduling';
import { PlatformError } from '../../lib/core/errors';

const noMig = "leave out mig, or use 'A30', 'A100 40GB', 'RTX PRO 6000', 'A100 80GB', 'H100' or 'H200'";
const withMig: readonly AcceleratorName[] = ['A30', 'A100 40GB', 'RTX PRO 6000', 'A100 80GB', 'H100', 'H200'];
const problemsOf = (where: string, input: DeviceInput) => new PlatformError(...deviceProblems(where, input)).problems;

describe('devices of a pool', () => {
  test.each<[string, DeviceInput, readonly string[]]>([
    ['whole cards from zero', { accelerator: 'A30', minNodes: 0 }, []],
    ['MIG with a node', { accelerator: 'A30', mig: '1g.6gb', minNodes: 1 }, []],
    ['MIG on nodes that are there', { accelerator: 'H200', mig: '7g.141gb' }, []],
    ['time-slicing with a node', { accelerator: 'T4', timeSlicing: 4, minNodes: 1 }, []],
    [
      'MIG from zero',
      { accelerator: 'A30', mig: '1g.6gb', minNodes: 0 },
      [
        "pool 'p' uses MIG and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out mig",
      ],
    ],
    [
      'time-slicing from zero',
      { accelerator: 'L4', timeSlicing: 4, minNodes: 0 },
      [
        "pool 'p' uses time-slicing and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out timeSlicing",
      ],
    ],
    [
      'both from zero',
      { accelerator: 'A30', mig: '2g.12gb', timeSlicing: 2, minNodes: 0 },
      [
        "pool 'p' uses MIG and time-slicing and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out mig and timeSlicing",
      ],
    ],
    [
      'a profile of another card',
      { accelerator: 'A30', mig: '1g.5gb' },
      ["pool 'p' asks for a MIG profile that A30 does not have, got '1g.5gb'; use '1g.6gb', '2g.12gb' or '4g.24gb'"],
    ],
    [
      'no turns',
      { accelerator: 'T4', timeSlicing: 1 },
      ["pool 'p' needs a number of pods that take turns, got timeSlicing 1; set it to 2 or more, or leave it out"],
    ],
    [
      'everything at once',
      { accelerator: 'T4', mig: '1g.5gb', timeSlicing: 2.5, minNodes: 0 },
      [
        `pool 'p' asks for MIG, which T4 does not have, got '1g.5gb'; ${noMig}`,
        "pool 'p' needs a number of pods that take turns, got timeSlicing 2.5; set it to 2 or more, or leave it out",
        "pool 'p' uses MIG and time-slicing and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out mig and timeSlicing",
      ],
    ],
    [
      'a card that nobody knows',
      { accelerator: 'RTX PRO 4500' },
      [
        "pool 'p' names an accelerator that is not in the catalogue, got 'RTX PRO 4500'; use 'RTX A2000', 'A2', 'T4', 'RTX A4000', 'L4', 'A10G', 'RTX A5000', 'A30', 'L40S', 'A100 40GB', 'RTX PRO 6000', 'A100 80GB', 'H100' or 'H200'",
      ],
    ],
    [
      'a name in other letters',
      { accelerator: 'nvidia-h100-80gb' },
      ["pool 'p' names an accelerator that is not in the catalogue, got 'nvidia-h100-80gb'; use 'H100'"],
    ],
    ['a name of every object', { accelerator: 'constructor' }, [expect.stringContaining("got 'constructor'")]],
  ])('%s', (_, input, expected) => {
    expect(problemsOf("pool 'p'", input)).toEqual(expected);
  });

  test.each(acceleratorNames)('MIG on %s', (accelerator) => {
    const [slice] = Object.keys(catalogue[accelerator].mig ?? {});
    if (withMig.includes(accelerator)) expect(problemsOf('x', { accelerator, mig: slice })).toEqual([]);
    else {
      expect(slice).toBeUndefined();
      const problem = `x asks for MIG, which ${accelerator} does not have, got '1g.5gb'; ${noMig}`;
      expect(problemsOf('x', { accelerator, mig: '1g.5gb' })).toEqual([problem]);
    }
  });

  test('MIG on a card that has none does not compile', () => {
    const right: Device = { accelerator: 'A30', mig: '1g.6gb' };
    // @ts-expect-error A2 has no MIG
    const none: Device = { accelerator: 'A2', mig: '1g.5gb' };
    // @ts-expect-error a profile of the A100 40GB
    const other: Device = { accelerator: 'A30', mig: '1g.5gb' };
    // @ts-expect-error no card of the catalogue
    const unknown: AcceleratorName = 'A100';
    // @ts-expect-error no MIG on T4
    const profile: MigProfile<'T4'> = '1g.5gb';
    expect([right, none, other, unknown, profile]).toHaveLength(5);
  });

  test('slices together have no more memory than the card', () => {
    for (const name of withMig) {
      for (const { memoryMiB, count } of Object.values(catalogue[name].mig ?? {})) {
        expect(memoryMiB * count).toBeLessThanOrEqual(catalogue[name].memoryMiB);
        expect(memoryMiB).toBeGreaterThan(4000);
      }
    }
  });

  test('are counted and have memory', () => {
    expect(devicesOf({ accelerator: 'A30', mig: '1g.6gb' }, 4)).toBe(16);
    expect(devicesOf({ accelerator: 'T4', timeSlicing: 4 }, 2)).toBe(8);
    expect(poolDevices({ accelerator: 'A30', mig: '2g.12gb', timeSlicing: 2 }, 3, 4)).toBe(48);
    expect(deviceMemory({ accelerator: 'T4', timeSlicing: 4 })).toBe(3840);
    expect([15356, 23034, 24576, 22888].map(gib)).toEqual(['14.9 GiB', '22.4 GiB', '24 GiB', '22.3 GiB']);
  });
});

describe('scheduling: one value', () => {
  test('of a whole card', () => {
    expect(scheduling({ accelerator: 'A100 40GB' })).toEqual({
      id: 'a100-40gb',
      resourceName: 'nvidia.com/gpu',
      nodeSelector: { 'mlops-constructs/accelerator': 'a100-40gb' },
      awsNodeLabels: {
        'mlops-constructs/accelerator': 'a100-40gb',
        'k8s.amazonaws.com/accelerator': 'nvidia-tesla-a100',
      },
      taint: { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
      toleration: { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
      flavorName: 'a100-40gb',
    });
  });

  test.each<[Device, string, string, Record<string, string>]>([
    [
      { accelerator: 'A30', mig: '1g.6gb' },
      'a30-mig-1g.6gb',
      'nvidia.com/mig-1g.6gb',
      { 'nvidia.com/mig-1g.6gb.product': 'NVIDIA-A30-MIG-1g.6gb' },
    ],
    [
      { accelerator: 'T4', timeSlicing: 4 },
      't4-shared-4',
      'nvidia.com/gpu',
      { 'nvidia.com/gpu.product': 'Tesla-T4-SHARED' },
    ],
    [
      { accelerator: 'RTX A2000' },
      'rtx-a2000',
      'nvidia.com/gpu',
      { 'nvidia.com/gpu.product': 'NVIDIA-RTX-A2000-12GB' },
    ],
    [
      { accelerator: 'RTX PRO 6000' },
      'rtx-pro-6000',
      'nvidia.com/gpu',
      { 'nvidia.com/gpu.product': 'NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition' },
    ],
  ])('of %j', (device, id, resourceName, selector) => {
    expect(scheduling(device)).toMatchObject({ id, resourceName, flavorName: id, taint: gpuTaint });
    expect(existingNodeSelector(device)).toEqual(selector);
  });

  test('labels and names keep to the limits of Kubernetes, and no two devices share one', () => {
    const devices = acceleratorNames.flatMap((accelerator) => [
      { accelerator },
      ...Object.keys(catalogue[accelerator].mig ?? {}).map((mig) => ({ accelerator, mig })),
    ]) as Device[];
    const ids = devices.map((device) => scheduling(device).id);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    expect(new Set(ids).size).toBe(ids.length);
    for (const value of devices.flatMap((device) => Object.values(existingNodeSelector(device))))
      expect(value).toMatch(/^[\w.-]{1,63}$/);
  });
});

describe('EC2', () => {
  test('fractions of a card are refused', () => {
    expect(ec2Fractions).toEqual(['g6f.large', 'g6f.xlarge', 'g6f.2xlarge', 'g6f.4xlarge']);
    for (const type of ec2Fractions) {
      expect(() => acceleratorOfEc2Type(type)).toThrow(
        new PlatformError(
          `EC2 type '${type}' has only a fraction of an L4, got a GPU count of 0; use 'g6.xlarge', which has a whole one`,
        ),
      );
    }
  });

  test('types are known by their card', () => {
    expect(acceleratorOfEc2Type('gr6.4xlarge')).toEqual({ accelerator: 'L4', gpus: 1 });
    expect(acceleratorOfEc2Type('p4de.24xlarge')).toEqual({ accelerator: 'A100 80GB', gpus: 8 });
    expect(acceleratorOfEc2Type('m7i.xlarge')).toBeUndefined();
    expect(() => acceleratorOfEc2Type('p6-b200.48xlarge')).toThrow(
      new PlatformError(
        "EC2 type with GPUs is not in the catalogue, got 'p6-b200.48xlarge'; ask by accelerator or by memory instead of by type",
      ),
    );
    expect(() => ec2Type('L40S', 9)).toThrow(
      new PlatformError('no EC2 type has 9 × L40S, got at most 8; ask for fewer accelerators on one node'),
    );
    expect(ec2Accelerators.map(ec2Family)).toEqual(['g4dn', 'g6', 'g5', 'g6e', 'p4d', 'g7e', 'p4de', 'p5', 'p5en']);
    expect(ec2Accelerators).toEqual(acceleratorNames.filter((name) => catalogue[name].awsLabel !== undefined));
    expect(isAcceleratorName('L4')).toBe(true);
  });

  test('the cheapest type comes first', () => {
    for (const name of ec2Accelerators) {
      const prices = ec2Types(name).map(({ usdPerHour }) => usdPerHour ?? Number.POSITIVE_INFINITY);
      expect(prices).toEqual([...prices].sort((a, b) => a - b));
    }
  });
});

const facts = join(__dirname, '../../../shared/upstream/aws-instances.json');
const there = existsSync(facts);
const upstream = there ? describe : describe.skip;
upstream(there ? 'EC2 as upstream lists it' : 'skipped: ../shared/upstream/aws-instances.json is not here', () => {
  interface Instance {
    readonly arch: string;
    readonly cpuManufacturer: string;
    readonly gpu?: { readonly count: number; readonly memoryMiB: number; readonly name: string };
  }
  interface Facts {
    readonly instances: Readonly<Record<string, Instance>>;
    readonly onDemandUsdPerHour: { readonly 'us-east-1': Readonly<Record<string, number>> };
  }
  const { instances, onDemandUsdPerHour } = there
    ? (JSON.parse(readFileSync(facts, 'utf8')) as Facts)
    : { instances: {}, onDemandUsdPerHour: { 'us-east-1': {} } };
  const names: Readonly<Record<string, string>> = {
    t4: 'T4',
    l4: 'L4',
    a10g: 'A10G',
    l40s: 'L40S',
    h100: 'H100',
    h200: 'H200',
    'rtx-pro-server-6000': 'RTX PRO 6000',
  };
  const cardOf = ({ name, memoryMiB }: { readonly name: string; readonly memoryMiB: number }) =>
    name === 'a100' ? `A100 ${memoryMiB / 1024}GB` : (names[name] ?? name);
  const gpuTypes = Object.entries(instances).flatMap(([type, { gpu }]) =>
    gpu ? [{ type, card: cardOf(gpu), count: gpu.count }] : [],
  );
  const byType = (a: readonly unknown[], b: readonly unknown[]) => String(a[0]).localeCompare(String(b[0]));

  test('has our types, counts and prices, and no others but those left out', () => {
    const prices = onDemandUsdPerHour['us-east-1'];
    const listed = gpuTypes.filter(({ count, card }) => count > 0 && !['b200', 'b300'].includes(card));
    const ours = ec2Accelerators.flatMap((card) =>
      ec2Types(card).map(({ name, gpus, usdPerHour }) => [name, card, gpus, usdPerHour]),
    );
    expect(ours.sort(byType)).toEqual(
      listed.map(({ type, card, count }) => [type, card, count, prices[type]]).sort(byType),
    );
  });

  test('has a GPU count of 0 for exactly our fractions', () => {
    expect([...ec2Fractions].sort()).toEqual(
      gpuTypes
        .filter(({ count }) => count === 0)
        .map(({ type }) => type)
        .sort(),
    );
  });

  test.each([
    ['AMD EPYC', 'amd'],
    ['Intel Xeon', 'intel'],
    ['Graviton', 'aws'],
  ] as const)('has families of %s', (cpu, manufacturer) => {
    for (const family of cpus[cpu].ec2Families ?? []) {
      const members = Object.entries(instances).filter(([type]) => type.startsWith(`${family}.`));
      expect(members.length).toBeGreaterThan(0);
      for (const [, { arch, cpuManufacturer }] of members)
        expect([arch, cpuManufacturer]).toEqual([cpus[cpu].arch, manufacturer]);
    }
  });
});

test('processors are found by label where there is one', () => {
  expect(cpus['AMD EPYC'].nodeSelector).toEqual({ 'feature.node.kubernetes.io/cpu-model.vendor_id': 'AMD' });
  expect(cpus['Intel Xeon'].nodeSelector).toEqual({ 'feature.node.kubernetes.io/cpu-model.vendor_id': 'Intel' });
  expect(cpus.Graviton.nodeSelector).toEqual({ 'kubernetes.io/arch': 'arm64' });
  expect(cpus.desktop.nodeSelector).toBeUndefined();
});
