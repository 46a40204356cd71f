import { PlatformError } from '../core/errors';
import type { AcceleratorName } from './catalogue';

/** An EC2 type with whole cards. */
export interface Ec2Type {
  readonly name: string;
  readonly gpus: number;
  /**
   * On-demand Linux price in us-east-1.
   * @default - it is not sold there
   */
  readonly usdPerHour?: number | undefined;
}

type Row = readonly [name: string, gpus: number, usdPerHour?: number];

/**
 * EC2 types by card, with number of cards and on-demand Linux price in us-east-1 in USD per hour.
 * Source: karpenter-provider-aws 1.14.1, generated on 2026-07-06 (../shared/upstream/aws-instances.json).
 */
const rows = {
  T4: [
    ['g4dn.xlarge', 1, 0.526],
    ['g4dn.2xlarge', 1, 0.752],
    ['g4dn.4xlarge', 1, 1.204],
    ['g4dn.8xlarge', 1, 2.176],
    ['g4dn.12xlarge', 4, 3.912],
    ['g4dn.16xlarge', 1, 4.352],
    ['g4dn.metal', 8, 7.824],
  ],
  L4: [
    ['g6.xlarge', 1, 0.8048],
    ['g6.2xlarge', 1, 0.9776],
    ['g6.4xlarge', 1, 1.3232],
    ['gr6.4xlarge', 1, 1.5392],
    ['g6.8xlarge', 1, 2.0144],
    ['gr6.8xlarge', 1, 2.4464],
    ['g6.16xlarge', 1, 3.3968],
    ['g6.12xlarge', 4, 4.6016],
    ['g6.24xlarge', 4, 6.6752],
    ['g6.48xlarge', 8, 13.3504],
  ],
  A10G: [
    ['g5.xlarge', 1, 1.006],
    ['g5.2xlarge', 1, 1.212],
    ['g5.4xlarge', 1, 1.624],
    ['g5.8xlarge', 1, 2.448],
    ['g5.16xlarge', 1, 4.096],
    ['g5.12xlarge', 4, 5.672],
    ['g5.24xlarge', 4, 8.144],
    ['g5.48xlarge', 8, 16.288],
  ],
  L40S: [
    ['g6e.xlarge', 1, 1.861],
    ['g6e.2xlarge', 1, 2.24208],
    ['g6e.4xlarge', 1, 3.00424],
    ['g6e.8xlarge', 1, 4.52856],
    ['g6e.16xlarge', 1, 7.57719],
    ['g6e.12xlarge', 4, 10.49264],
    ['g6e.24xlarge', 4, 15.06559],
    ['g6e.48xlarge', 8, 30.13118],
  ],
  'A100 40GB': [['p4d.24xlarge', 8, 21.957642]],
  'RTX PRO 6000': [
    ['g7e.2xlarge', 1, 3.36312],
    ['g7e.4xlarge', 1, 3.99816],
    ['g7e.8xlarge', 1, 5.26824],
    ['g7e.12xlarge', 2, 8.28608],
    ['g7e.24xlarge', 4, 16.57216],
    ['g7e.48xlarge', 8, 33.14432],
  ],
  'A100 80GB': [['p4de.24xlarge', 8, 27.44705]],
  H100: [
    ['p5.4xlarge', 1, 6.88],
    ['p5.48xlarge', 8, 55.04],
  ],
  H200: [
    ['p5en.48xlarge', 8, 63.296],
    ['p5e.48xlarge', 8],
  ],
} as const satisfies Partial<Record<AcceleratorName, readonly Row[]>>;

/** A card that EC2 has. */
export type Ec2Accelerator = keyof typeof rows;

/** Types with a GPU count of 0: parts of an L4, which no device plugin can count. Left out of every choice. */
export const ec2Fractions: readonly string[] = ['g6f.large', 'g6f.xlarge', 'g6f.2xlarge', 'g6f.4xlarge'];

/** Cards that EC2 has, smallest first. */
export const ec2Accelerators = Object.keys(rows) as readonly Ec2Accelerator[];

const nearest = {
  A30: ['A10G', 'L4'],
  'RTX A5000': ['A10G', 'L4'],
  A2: ['T4', 'L4'],
  'RTX A4000': ['T4', 'L4'],
  'RTX A2000': ['T4', 'L4'],
} as const satisfies Record<Exclude<AcceleratorName, Ec2Accelerator>, readonly Ec2Accelerator[]>;

/** What comes nearest on EC2 to a card that it does not have. */
export const nearestOnEc2: Readonly<Partial<Record<AcceleratorName, readonly Ec2Accelerator[]>>> = nearest;

/** Types with whole cards of one kind, cheapest first; those without a price come last. */
export const ec2Types = (accelerator: Ec2Accelerator): readonly Ec2Type[] =>
  (rows[accelerator] as readonly Row[]).map(([name, gpus, usdPerHour]) => ({ name, gpus, usdPerHour }));

/** Family of the cheapest type: `'L4'` → `'g6'`. */
export const ec2Family = (accelerator: Ec2Accelerator): string => rows[accelerator][0][0].replace(/\..*/, '');

/**
 * The cheapest EC2 type with at least so many cards.
 * @param count cards of one node
 * @throws PlatformError naming the most that one node has
 */
export function ec2Type(accelerator: Ec2Accelerator, count = 1): Ec2Type {
  const types = ec2Types(accelerator);
  const found = types.find(({ gpus }) => gpus >= count);
  if (found) return found;
  throw new PlatformError({
    what: `no EC2 type has ${count} × ${accelerator}`,
    got: `at most ${Math.max(...types.map(({ gpus }) => gpus))}`,
    do: 'ask for fewer accelerators on one node',
  });
}

/**
 * The card of an EC2 type that somebody named.
 * @returns undefined for types without a GPU
 * @throws PlatformError for fractions, and for GPU types that the catalogue does not have
 */
export function acceleratorOfEc2Type(
  name: string,
): { readonly accelerator: Ec2Accelerator; readonly gpus: number } | undefined {
  if (ec2Fractions.includes(name)) {
    throw new PlatformError({
      what: `EC2 type '${name}' has only a fraction of an L4`,
      got: 'a GPU count of 0',
      do: `use '${ec2Type('L4').name}', which has a whole one`,
    });
  }
  for (const accelerator of ec2Accelerators) {
    const type = ec2Types(accelerator).find((known) => known.name === name);
    if (type) return { accelerator, gpus: type.gpus };
  }
  if (!/^(g|gr|p)\d/.test(name)) return undefined;
  throw new PlatformError({
    what: 'EC2 type with GPUs is not in the catalogue',
    got: `'${name}'`,
    do: 'ask by accelerator or by memory instead of by type',
  });
}
