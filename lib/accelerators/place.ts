import type { AcceleratorName } from './catalogue';
import { type Device, describeDevice, deviceMemory } from './device';
import { type Ec2Accelerator, ec2Accelerators, ec2Family, ec2Types, nearestOnEc2 } from './ec2';

/** Devices that one kind of node offers. */
export type Offer = Device & {
  /** Cards of one node. */
  readonly gpusPerNode: number;
};

/** Where accelerators are taken from. */
export interface Place<Offered extends Offer> {
  /** As it stands in errors: `"cluster 'prod'"`, `'AWS'`. */
  readonly name: string;
  readonly offers: readonly Offered[];
  /** What the place has, for errors about what it does not have. */
  readonly has: string;
  /** What to do about a card that it does not have. */
  readonly without: (accelerator: AcceleratorName) => string;
  /** What to do about a need that no card fits. */
  readonly tooSmall: string;
}

/**
 * A cluster that somebody made.
 * @param clusterName as it stands in errors
 * @param offers its pools with accelerators, by name
 */
export function existingPlace<Offered extends Offer & { readonly name: string }>(
  clusterName: string,
  offers: readonly Offered[],
): Place<Offered> {
  return {
    name: `cluster '${clusterName}'`,
    offers,
    has:
      offers.length === 0
        ? 'no pool with accelerators'
        : `pools ${offers.map((offer) => `${offer.name}: ${offer.gpusPerNode} × ${describeDevice(offer)}`).join('; ')}`,
    without: () => 'add a pool that has it, or ask by memory',
    tooSmall: 'add a pool that has it, or lower the need',
  };
}

/** A card that EC2 has, whole. */
export interface Ec2Offer {
  readonly accelerator: Ec2Accelerator;
  /** The most cards of one EC2 type. */
  readonly gpusPerNode: number;
}

const ec2Offers: readonly Ec2Offer[] = ec2Accelerators.map((accelerator) => ({
  accelerator,
  gpusPerNode: Math.max(...ec2Types(accelerator).map(({ gpus }) => gpus)),
}));

const largest = [...ec2Offers].sort((a, b) => deviceMemory(b) - deviceMemory(a)).slice(0, 1);

/** AWS: every card of which EC2 has whole ones. A30, A2 and the RTX A-series are not among them. */
export const awsPlace: Place<Ec2Offer> = {
  name: 'AWS',
  offers: ec2Offers,
  has: `at most 8 × ${largest.map(describeDevice).join()} on one node`,
  without: (accelerator) => {
    const nearest = (nearestOnEc2[accelerator] ?? []).map((name) => `${name} (${ec2Family(name)})`);
    return `take the nearest, ${nearest.join(' or ')}, or ask by memory`;
  },
  tooSmall: 'lower the need, or spread the work over several nodes',
};
