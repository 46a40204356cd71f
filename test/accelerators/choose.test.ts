import { type AcceleratorName, acceleratorNames, catalogue } from '../../lib/accelerators/catalogue';
import { choose } from '../../lib/accelerators/choose';
import { type Ec2Accelerator, ec2Type } from '../../lib/accelerators/ec2';
import type { Need } from '../../lib/accelerators/need';
import { awsPlace, existingPlace, type Offer, type Place } from '../../lib/accelerators/place';
import { mebibytes } from '../../lib/core/units';

const pool = (accelerator: AcceleratorName, gpusPerNode = 1) =>
  ({ name: accelerator, accelerator, gpusPerNode }) as const;

/** Every card of the catalogue, each in a pool of its own, in an order that is not the catalogue's. */
const everything = existingPlace(
  'prod',
  [...acceleratorNames].reverse().map((name) => pool(name)),
);

/** The card that was chosen, `cpu`, or the whole error. */
function outcome<Offered extends Offer>(need: Need, place: Place<Offered>): string {
  try {
    return choose(need, place)?.accelerator ?? 'cpu';
  } catch (error) {
    return (error as Error).message;
  }
}

/** On AWS the choice is an EC2 type. */
function ec2Outcome(need: Need): string {
  const chosen = outcome(need, awsPlace);
  return chosen in catalogue ? ec2Type(chosen as Ec2Accelerator, need.count).name : chosen;
}

const noneOnAws = (card: string, nearest: string) =>
  `AWS has no ${card}, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; take the nearest, ${nearest}, or ask by memory`;
const cpuOnly = (got: string) => `data processing runs on CPUs only, got ${got}; leave out accelerator and memory`;

describe('by name: one row per card and purpose', () => {
  const rows: readonly (readonly [AcceleratorName, Need['purpose'], existing: string, aws: string])[] = [
    ['RTX A2000', 'training', 'RTX A2000', noneOnAws('RTX A2000', 'T4 (g4dn) or L4 (g6)')],
    ['RTX A2000', 'serving', 'RTX A2000', noneOnAws('RTX A2000', 'T4 (g4dn) or L4 (g6)')],
    ['RTX A2000', 'processing', cpuOnly("accelerator 'RTX A2000'"), cpuOnly("accelerator 'RTX A2000'")],
    ['A2', 'training', 'A2', noneOnAws('A2', 'T4 (g4dn) or L4 (g6)')],
    ['A2', 'serving', 'A2', noneOnAws('A2', 'T4 (g4dn) or L4 (g6)')],
    ['A2', 'processing', cpuOnly("accelerator 'A2'"), cpuOnly("accelerator 'A2'")],
    ['T4', 'training', 'T4', 'g4dn.xlarge'],
    ['T4', 'serving', 'T4', 'g4dn.xlarge'],
    ['T4', 'processing', cpuOnly("accelerator 'T4'"), cpuOnly("accelerator 'T4'")],
    ['RTX A4000', 'training', 'RTX A4000', noneOnAws('RTX A4000', 'T4 (g4dn) or L4 (g6)')],
    ['RTX A4000', 'serving', 'RTX A4000', noneOnAws('RTX A4000', 'T4 (g4dn) or L4 (g6)')],
    ['RTX A4000', 'processing', cpuOnly("accelerator 'RTX A4000'"), cpuOnly("accelerator 'RTX A4000'")],
    ['L4', 'training', 'L4', 'g6.xlarge'],
    ['L4', 'serving', 'L4', 'g6.xlarge'],
    ['L4', 'processing', cpuOnly("accelerator 'L4'"), cpuOnly("accelerator 'L4'")],
    ['A10G', 'training', 'A10G', 'g5.xlarge'],
    ['A10G', 'serving', 'A10G', 'g5.xlarge'],
    ['A10G', 'processing', cpuOnly("accelerator 'A10G'"), cpuOnly("accelerator 'A10G'")],
    ['RTX A5000', 'training', 'RTX A5000', noneOnAws('RTX A5000', 'A10G (g5) or L4 (g6)')],
    ['RTX A5000', 'serving', 'RTX A5000', noneOnAws('RTX A5000', 'A10G (g5) or L4 (g6)')],
    ['RTX A5000', 'processing', cpuOnly("accelerator 'RTX A5000'"), cpuOnly("accelerator 'RTX A5000'")],
    ['A30', 'training', 'A30', noneOnAws('A30', 'A10G (g5) or L4 (g6)')],
    ['A30', 'serving', 'A30', noneOnAws('A30', 'A10G (g5) or L4 (g6)')],
    ['A30', 'processing', cpuOnly("accelerator 'A30'"), cpuOnly("accelerator 'A30'")],
    ['L40S', 'training', 'L40S', 'g6e.xlarge'],
    ['L40S', 'serving', 'L40S', 'g6e.xlarge'],
    ['L40S', 'processing', cpuOnly("accelerator 'L40S'"), cpuOnly("accelerator 'L40S'")],
    ['A100 40GB', 'training', 'A100 40GB', 'p4d.24xlarge'],
    ['A100 40GB', 'serving', 'A100 40GB', 'p4d.24xlarge'],
    ['A100 40GB', 'processing', cpuOnly("accelerator 'A100 40GB'"), cpuOnly("accelerator 'A100 40GB'")],
    ['RTX PRO 6000', 'training', 'RTX PRO 6000', 'g7e.2xlarge'],
    ['RTX PRO 6000', 'serving', 'RTX PRO 6000', 'g7e.2xlarge'],
    ['RTX PRO 6000', 'processing', cpuOnly("accelerator 'RTX PRO 6000'"), cpuOnly("accelerator 'RTX PRO 6000'")],
    ['A100 80GB', 'training', 'A100 80GB', 'p4de.24xlarge'],
    ['A100 80GB', 'serving', 'A100 80GB', 'p4de.24xlarge'],
    ['A100 80GB', 'processing', cpuOnly("accelerator 'A100 80GB'"), cpuOnly("accelerator 'A100 80GB'")],
    ['H100', 'training', 'H100', 'p5.4xlarge'],
    ['H100', 'serving', 'H100', 'p5.4xlarge'],
    ['H100', 'processing', cpuOnly("accelerator 'H100'"), cpuOnly("accelerator 'H100'")],
    ['H200', 'training', 'H200', 'p5en.48xlarge'],
    ['H200', 'serving', 'H200', 'p5en.48xlarge'],
    ['H200', 'processing', cpuOnly("accelerator 'H200'"), cpuOnly("accelerator 'H200'")],
  ];

  test.each(rows)('%s for %s', (accelerator, purpose, existing, aws) => {
    expect(outcome({ purpose, accelerator }, everything)).toBe(existing);
    expect(ec2Outcome({ purpose, accelerator })).toBe(aws);
  });

  test('every card has its three rows', () => {
    const expected = acceleratorNames.flatMap((name) =>
      ['training', 'serving', 'processing'].map((purpose) => [name, purpose]),
    );
    expect(rows.map(([name, purpose]) => [name, purpose])).toEqual(expected);
  });
});

describe('by memory: just what each card has, and one MiB more', () => {
  // [card, training and serving where there is everything, training and serving on AWS; then the same for 1 MiB more]
  const rows = [
    ['RTX A2000', 'RTX A2000', 'A2', 'g4dn.xlarge', 'T4', 'A2', 'g4dn.xlarge'],
    ['A2', 'T4', 'A2', 'g4dn.xlarge', 'T4', 'T4', 'g4dn.xlarge'],
    ['T4', 'T4', 'T4', 'g4dn.xlarge', 'RTX A4000', 'RTX A4000', 'g6.xlarge'],
    ['RTX A4000', 'RTX A4000', 'RTX A4000', 'g6.xlarge', 'L4', 'L4', 'g6.xlarge'],
    ['L4', 'L4', 'L4', 'g6.xlarge', 'RTX A5000', 'RTX A5000', 'g6e.xlarge'],
    ['A10G', 'L4', 'L4', 'g6.xlarge', 'L4', 'L4', 'g6.xlarge'],
    ['RTX A5000', 'RTX A5000', 'RTX A5000', 'g6e.xlarge', 'A30', 'A30', 'g6e.xlarge'],
    ['A30', 'A30', 'A30', 'g6e.xlarge', 'L40S', 'L40S', 'g6e.xlarge'],
    ['L40S', 'L40S', 'L40S', 'g6e.xlarge', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge'],
    ['A100 40GB', 'L40S', 'L40S', 'g6e.xlarge', 'L40S', 'L40S', 'g6e.xlarge'],
    ['RTX PRO 6000', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge', 'H200', 'H200', 'p5en.48xlarge'],
    ['A100 80GB', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge'],
    ['H100', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge', 'RTX PRO 6000', 'RTX PRO 6000', 'g7e.2xlarge'],
    ['H200', 'H200', 'H200', 'p5en.48xlarge', null, null, null],
  ] as const;

  test.each(rows)('%s', (card, training, serving, aws, trainingMore, servingMore, awsMore) => {
    for (const [more, choices] of [
      [0, [training, serving, aws]],
      [1, [trainingMore, servingMore, awsMore]],
    ] as const) {
      if (choices[0] === null) continue;
      const memory = `${catalogue[card].memoryMiB + more} MiB` as const;
      const chosen = [
        outcome({ purpose: 'training', memory }, everything),
        outcome({ purpose: 'serving', memory }, everything),
        ec2Outcome({ purpose: 'training', memory }),
      ];
      expect(chosen).toEqual(choices);
      expect(ec2Outcome({ purpose: 'serving', memory })).toBe(choices[2]);
      expect(outcome({ purpose: 'processing', memory }, everything)).toBe(cpuOnly(`memory '${memory}'`));
    }
  });

  test('experiments and retraining choose as training does', () => {
    for (const purpose of ['experiments', 'retraining'] as const) {
      expect(outcome({ purpose, memory: '14 GiB' }, everything)).toBe('T4');
    }
  });

  test('a fraction of a card is never chosen, however small the need', () => {
    expect(ec2Outcome({ purpose: 'serving', memory: '1 GiB' })).toBe('g4dn.xlarge');
  });

  test('24 GiB do not fit a card that is sold as 24 GB on AWS', () => {
    expect(ec2Outcome({ purpose: 'training', memory: '22 GiB' })).toBe('g6.xlarge');
    expect(ec2Outcome({ purpose: 'training', memory: '24 GiB' })).toBe('g6e.xlarge');
  });

  test('takes an A30 or an RTX card before an A100', () => {
    const place = existingPlace('prod', [pool('A100 40GB'), pool('A100 80GB'), pool('A30'), pool('RTX A2000')]);
    expect(outcome({ purpose: 'training', memory: '8 GiB' }, place)).toBe('RTX A2000');
    expect(outcome({ purpose: 'training', memory: '20 GiB' }, place)).toBe('A30');
    expect(outcome({ purpose: 'training', memory: '30 GiB' }, place)).toBe('A100 40GB');
  });

  test('without memory or name a CPU will do', () => {
    for (const purpose of ['training', 'serving', 'processing', 'services'] as const) {
      expect(outcome({ purpose }, everything)).toBe('cpu');
    }
  });
});

describe('several accelerators on one node', () => {
  test.each([
    [{ accelerator: 'T4', count: 8 }, 'g4dn.metal'],
    [{ accelerator: 'RTX PRO 6000', count: 2 }, 'g7e.12xlarge'],
    [{ accelerator: 'L4', count: 3 }, 'g6.12xlarge'],
    [{ memory: '40 GiB', count: 8 }, 'g6e.48xlarge'],
    [{ accelerator: 'A100 40GB', count: 8 }, 'p4d.24xlarge'],
    [{ accelerator: 'H100', count: 9 }, 'AWS has no node with 9 × H100, got at most 8 for one pod; ask for fewer'],
    [
      { memory: '40 GiB', count: 16 },
      'AWS does not have 16 accelerators on one node, each with 40 GiB for training, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; lower the need, or spread the work over several nodes',
    ],
  ] as const)('%j', (need, expected) => {
    expect(ec2Outcome({ purpose: 'training', ...need })).toBe(expected);
  });

  test('are whole ones: slices and turns cannot be joined', () => {
    const place = existingPlace('prod', [{ name: 'a30', accelerator: 'A30', mig: '1g.6gb', gpusPerNode: 4 }]);
    expect(outcome({ purpose: 'training', accelerator: 'A30', count: 2 }, place)).toBe(
      "cluster 'prod' has no node with 2 × A30, got at most 1 for one pod; ask for fewer",
    );
  });
});

describe('parts of cards', () => {
  const whole = { name: 'whole', accelerator: 'A30', gpusPerNode: 4 } as const;
  const slices = { name: 'slices', accelerator: 'A30', mig: '2g.12gb', gpusPerNode: 4 } as const;
  const turns = { name: 'turns', accelerator: 'L4', timeSlicing: 4, gpusPerNode: 1 } as const;
  const place = existingPlace('prod', [whole, slices, turns, pool('RTX A2000'), pool('T4')]);
  const chosen = (need: Omit<Need, 'purpose'>) => choose({ purpose: 'training', ...need }, place)?.name;

  test('are taken where they fit, smallest first', () => {
    expect(chosen({ memory: '5 GiB' })).toBe('turns');
    expect(chosen({ memory: '6 GiB' })).toBe('slices');
    expect(chosen({ memory: '11.9 GiB' })).toBe('RTX A2000');
    expect(chosen({ memory: '14 GiB' })).toBe('T4');
    expect(chosen({ memory: '20 GiB' })).toBe('whole');
  });

  test('a card by name is a whole one, unless its memory is named too', () => {
    expect(chosen({ accelerator: 'A30' })).toBe('whole');
    expect(chosen({ accelerator: 'A30', memory: '10 GiB' })).toBe('slices');
  });
});

describe('says what is wrong', () => {
  const small = existingPlace('prod', [
    { name: 't4', accelerator: 'T4', gpusPerNode: 1 },
    { name: 'a2', accelerator: 'A2', gpusPerNode: 2, timeSlicing: 2 },
    { name: 'slices', accelerator: 'A30', gpusPerNode: 4, mig: '1g.6gb' },
  ]);
  const has =
    'pools t4: 1 × T4 (15 GiB, sold as 16 GB); a2: 2 × A2 shared by 2 (7.4 GiB each); slices: 4 × A30 1g.6gb (5.7 GiB)';
  const onlyA2 = existingPlace('prod', [{ name: 'a2', accelerator: 'A2', gpusPerNode: 1 }]);

  test.each<[string, Need, Place<Offer>, string]>([
    [
      'no pool that fits',
      { purpose: 'training', memory: '24 GiB' },
      small,
      `cluster 'prod' does not have an accelerator with 24 GiB for training, got ${has}; add a pool that has it, or lower the need`,
    ],
    [
      'no pool with the card',
      { purpose: 'serving', accelerator: 'L4' },
      small,
      `cluster 'prod' has no L4, got ${has}; add a pool that has it, or ask by memory`,
    ],
    [
      'no GPU pool at all',
      { purpose: 'serving', memory: '1 GiB' },
      existingPlace('prod', []),
      "cluster 'prod' does not have an accelerator with 1 GiB for serving, got no pool with accelerators; add a pool that has it, or lower the need",
    ],
    [
      'only a serving card for training',
      { purpose: 'training', memory: '8 GiB' },
      onlyA2,
      "cluster 'prod' does not have an accelerator with 8 GiB for training, got pools a2: 1 × A2 (14.9 GiB, sold as 16 GB); add a pool that has it, or lower the need, or name 'A2', which is for serving, to train on it all the same",
    ],
    [
      'more memory than any card of AWS',
      { purpose: 'training', memory: '200 GiB' },
      awsPlace,
      'AWS does not have an accelerator with 200 GiB for training, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; lower the need, or spread the work over several nodes',
    ],
    [
      'a card that is smaller than the need',
      { purpose: 'training', accelerator: 'L4', memory: '24 GiB' },
      awsPlace,
      'L4 of AWS has less memory than the need of 24 GiB, got 22.4 GiB as the driver reports it (sold as 24 GB); lower memory, or leave out accelerator',
    ],
    [
      'a name with two meanings',
      { purpose: 'training', accelerator: 'A100' as AcceleratorName },
      awsPlace,
      "a need for training names an accelerator that is not in the catalogue, got 'A100'; use 'A100 40GB' or 'A100 80GB'",
    ],
    [
      'all problems at once',
      { purpose: 'processing', accelerator: 'a5000' as AcceleratorName, memory: '20 GB' as '20 GiB', count: 0 },
      awsPlace,
      [
        '4 problems:',
        "  - data processing runs on CPUs only, got accelerator 'a5000' and memory '20 GB'; leave out accelerator and memory",
        "  - a need for processing names an accelerator that is not in the catalogue, got 'a5000'; use 'RTX A5000'",
        "  - memory needs a positive number and a unit, got '20 GB'; write it as '20 GiB' or '512 MiB'",
        '  - count must be a whole number of accelerators, got 0; set it to 1 or more',
      ].join('\n'),
    ],
    [
      'a service on a GPU',
      { purpose: 'services', memory: '4 GiB' },
      small,
      "services run on CPUs only, got memory '4 GiB'; leave out accelerator and memory",
    ],
  ])('%s', (_, need, place, expected) => {
    expect(outcome(need, place)).toBe(expected);
  });
});

test('cards have no more memory than they are sold with, and are in order of what one costs on EC2', () => {
  for (const name of acceleratorNames) {
    const { memoryMiB, soldAsGB } = catalogue[name];
    expect(memoryMiB).toBeLessThanOrEqual(soldAsGB * 1024);
    expect(memoryMiB).toBeGreaterThan(soldAsGB * 0.9 * 1024);
  }
  const oneAtATime: readonly Ec2Accelerator[] = ['T4', 'L4', 'A10G', 'L40S', 'RTX PRO 6000', 'H100'];
  const prices = oneAtATime.map((name) => ec2Type(name).usdPerHour ?? 0);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
  expect(acceleratorNames.filter((name) => oneAtATime.includes(name as Ec2Accelerator))).toEqual(oneAtATime);
  expect(mebibytes('22.5 GiB')).toBeGreaterThan(catalogue.L4.memoryMiB);
});
