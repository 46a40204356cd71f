/** A kind of processor, and how nodes with it are found. */
export interface Cpu {
  readonly arch: 'amd64' | 'arm64';
  /**
   * Labels of nodes that are there already, from node-feature-discovery or the kubelet.
   * @default - no label tells it: select its nodes by a label of your own
   */
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  /**
   * EC2 families, the general one first.
   * @default - EC2 does not have it
   */
  readonly ec2Families?: readonly [string, ...string[]] | undefined;
}

const vendorLabel = 'feature.node.kubernetes.io/cpu-model.vendor_id';

const kinds = {
  'AMD EPYC': {
    arch: 'amd64',
    nodeSelector: { [vendorLabel]: 'AMD' },
    ec2Families: ['m7a', 'c7a', 'r7a', 'm6a'],
  },
  'Intel Xeon': {
    arch: 'amd64',
    nodeSelector: { [vendorLabel]: 'Intel' },
    ec2Families: ['m7i', 'c7i', 'r7i', 'm8i', 'm6i', 'c6i', 'r6i'],
  },
  Graviton: {
    arch: 'arm64',
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    ec2Families: ['m8g', 'c8g', 'm7g', 'c7g', 'r7g', 'm6g'],
  },
  desktop: { arch: 'amd64' },
} as const satisfies Record<string, Cpu>;

/** A kind of processor of the catalogue. */
export type CpuName = keyof typeof kinds;

/**
 * Processors for services and data processing. The vendor label names the maker of the processor only: it cannot tell a
 * desktop from a server. Graviton is found by the kubelet's architecture label, which autoscalers know before boot.
 * Families: karpenter-provider-aws 1.14.1, generated on 2026-07-06 (../shared/upstream/aws-instances.json).
 */
export const cpus: Readonly<Record<CpuName, Cpu>> = kinds;
