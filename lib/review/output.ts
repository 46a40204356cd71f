import type { Review } from '../core/notes';

/** The part of a stack's `cdk.tf.json` that a review reads. */
export interface StackJson {
  /**
   * By type and name.
   * @default - the stack has none
   */
  readonly resource?: Readonly<Record<string, Readonly<Record<string, ResourceJson>>>>;
  /**
   * What it looks up, by type and name.
   * @default - nothing
   */
  readonly data?: Readonly<Record<string, Readonly<Record<string, ResourceJson>>>>;
  /**
   * Configurations of providers, by name.
   * @default - none
   */
  readonly provider?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /**
   * Backend and versions.
   * @default - what Terraform does by itself
   */
  readonly terraform?: Readonly<Record<string, unknown>>;
}

/** The attributes of a resource, and under `//` what CDKTF knows of it. */
export type ResourceJson = Readonly<Record<string, unknown>>;

/** Path of the construct that made a resource; undefined when the resource was added as plain JSON. */
export function pathOf(resource: ResourceJson): string | undefined {
  const { metadata } = (resource['//'] ?? {}) as { metadata?: { path?: string } };
  return metadata?.path;
}

/** All that a synth writes. */
export interface Output {
  readonly folder: string;
  /** In the order of deployment. */
  readonly stacks: Readonly<Record<string, StackJson>>;
  readonly review: Review;
}
