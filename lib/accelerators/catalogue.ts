/** A part of a card that MIG cuts off: own memory, own compute, seen as a device of its own. */
export interface MigSlice {
  /** Memory of one slice in MiB, the least that drivers were seen to report. */
  readonly memoryMiB: number;
  /** How many slices of this profile fit on one card. */
  readonly count: number;
}

/** What the platform knows of one kind of card. Every card can be time-sliced; not every card has MIG. */
export interface Card {
  /**
   * Memory in MiB as the driver reports it (`nvidia-smi`, the label `nvidia.com/gpu.memory`): less than the name says,
   * because of error correction and because sellers count GB and drivers GiB. A "24 GB" card has 22.4 to 24 GiB.
   */
  readonly memoryMiB: number;
  /** Memory as it is sold, in GB. */
  readonly soldAsGB: number;
  /** Values of the label `nvidia.com/gpu.product` that GPU feature discovery writes, the most usual first. */
  readonly products: readonly [string, ...string[]];
  /** What it is bought for: training cards also serve when no serving card fits. */
  readonly role: 'training' | 'serving';
  /**
   * Value of the label `k8s.amazonaws.com/accelerator`.
   * @default - no EC2 type has the card
   */
  readonly awsLabel?: string | undefined;
  /**
   * MIG profiles without media or graphics extensions.
   * @default - the card has no MIG
   */
  readonly mig?: Readonly<Record<string, MigSlice>> | undefined;
}

/** A100 80GB and H100 are cut alike. */
const slices80 = {
  '1g.10gb': { memoryMiB: 9728, count: 7 },
  '1g.20gb': { memoryMiB: 19968, count: 4 },
  '2g.20gb': { memoryMiB: 19968, count: 3 },
  '3g.40gb': { memoryMiB: 40192, count: 2 },
  '4g.40gb': { memoryMiB: 40192, count: 1 },
  '7g.80gb': { memoryMiB: 80896, count: 1 },
} as const;

const cards = {
  'RTX A2000': { memoryMiB: 12282, soldAsGB: 12, products: ['NVIDIA-RTX-A2000-12GB'], role: 'training' },
  A2: { memoryMiB: 15356, soldAsGB: 16, products: ['NVIDIA-A2'], role: 'serving' },
  T4: { memoryMiB: 15360, soldAsGB: 16, products: ['Tesla-T4'], role: 'training', awsLabel: 'nvidia-tesla-t4' },
  'RTX A4000': { memoryMiB: 16376, soldAsGB: 16, products: ['NVIDIA-RTX-A4000'], role: 'training' },
  L4: { memoryMiB: 23034, soldAsGB: 24, products: ['NVIDIA-L4'], role: 'training', awsLabel: 'nvidia-l4' },
  A10G: { memoryMiB: 23028, soldAsGB: 24, products: ['NVIDIA-A10G'], role: 'training', awsLabel: 'nvidia-a10g' },
  'RTX A5000': { memoryMiB: 24564, soldAsGB: 24, products: ['NVIDIA-RTX-A5000'], role: 'training' },
  A30: {
    memoryMiB: 24576,
    soldAsGB: 24,
    products: ['NVIDIA-A30'],
    role: 'training',
    mig: {
      '1g.6gb': { memoryMiB: 5888, count: 4 },
      '2g.12gb': { memoryMiB: 11898, count: 2 },
      '4g.24gb': { memoryMiB: 23930, count: 1 },
    },
  },
  L40S: { memoryMiB: 46068, soldAsGB: 48, products: ['NVIDIA-L40S'], role: 'training', awsLabel: 'nvidia-l40s' },
  'A100 40GB': {
    memoryMiB: 40960,
    soldAsGB: 40,
    products: ['NVIDIA-A100-SXM4-40GB', 'NVIDIA-A100-PCIE-40GB'],
    role: 'training',
    awsLabel: 'nvidia-tesla-a100',
    mig: {
      '1g.5gb': { memoryMiB: 4864, count: 7 },
      '1g.10gb': { memoryMiB: 9850, count: 4 },
      '2g.10gb': { memoryMiB: 9850, count: 3 },
      '3g.20gb': { memoryMiB: 20090, count: 2 },
      '4g.20gb': { memoryMiB: 20090, count: 1 },
      '7g.40gb': { memoryMiB: 40448, count: 1 },
    },
  },
  'RTX PRO 6000': {
    memoryMiB: 97887,
    soldAsGB: 96,
    products: ['NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition', 'NVIDIA-RTX-PRO-6000-Blackwell-Workstation-Edition'],
    role: 'training',
    awsLabel: 'nvidia-rtx-pro-6000',
    mig: {
      '1g.24gb': { memoryMiB: 23674, count: 4 },
      '2g.48gb': { memoryMiB: 47616, count: 2 },
      '4g.96gb': { memoryMiB: 95621, count: 1 },
    },
  },
  'A100 80GB': {
    memoryMiB: 81920,
    soldAsGB: 80,
    products: ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-80GB-PCIe'],
    role: 'training',
    awsLabel: 'nvidia-tesla-a100',
    mig: slices80,
  },
  H100: {
    memoryMiB: 81559,
    soldAsGB: 80,
    products: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'],
    role: 'training',
    awsLabel: 'nvidia-h100',
    mig: slices80,
  },
  H200: {
    memoryMiB: 143771,
    soldAsGB: 141,
    products: ['NVIDIA-H200', 'NVIDIA-H200-NVL'],
    role: 'training',
    awsLabel: 'nvidia-h200',
    mig: {
      '1g.18gb': { memoryMiB: 16384, count: 7 },
      '1g.35gb': { memoryMiB: 33280, count: 4 },
      '2g.35gb': { memoryMiB: 33280, count: 3 },
      '3g.71gb': { memoryMiB: 66560, count: 2 },
      '4g.71gb': { memoryMiB: 66560, count: 1 },
      '7g.141gb': { memoryMiB: 143360, count: 1 },
    },
  },
} as const satisfies Record<string, Card>;

/** A card of the catalogue. `RTX A2000` is the one with 12 GB (the one with 6 GB reports 6138 MiB and is not listed). */
export type AcceleratorName = keyof typeof cards;

/** MIG profiles of a card: `never` where it has none, so that asking for one does not compile. */
export type MigProfile<Name extends AcceleratorName = AcceleratorName> = Name extends AcceleratorName
  ? (typeof cards)[Name] extends { readonly mig: infer Slices }
    ? keyof Slices & string
    : never
  : never;

/**
 * The cards, smallest first: the order in which training takes them. Not by memory alone: L40S and RTX PRO 6000 stand
 * before the A100 of less memory, because they are cheaper and come one at a time (EC2: from 1.86 and 3.36 USD per hour,
 * A100 only by eight, from 21.96). No EC2 type has the RTX PRO 4500.
 *
 * Sources. Memory and product labels: `nvidia-smi` and node labels of drivers 535 to 595, of which the cards of
 * ../shared/testbed/kubernetes/fake-nodes.sh are five. MIG: NVIDIA's MIG user guide, "Supported MIG profiles", and its
 * mig-parted configuration (names, counts); `nvidia-smi mig -lgip` (memory; H200's 3g and 4g are twice its 2g).
 * `k8s.amazonaws.com/accelerator`: the list of cluster-autoscaler, which ends with L40S; the three newer ones are ours.
 */
export const catalogue: Readonly<Record<AcceleratorName, Card>> = cards;

/** Every name of the catalogue, smallest card first. */
export const acceleratorNames = Object.keys(cards) as readonly AcceleratorName[];

/** Whether a text, of a JSON file say, names a card. */
export const isAcceleratorName = (name: string): name is AcceleratorName => Object.hasOwn(cards, name);
