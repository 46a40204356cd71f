import type { Review } from '../core/notes';

/** The part of a stack's `cdk.tf.json` that a review reads. */
export interface StackJson {
  /** By type and name; `//`.metadata.path is the construct's path. */
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
}

export interface Resource {
  readonly '//'?: { readonly metadata?: { readonly path?: string } };
  readonly [attribute: string]: unknown;
}

/** All that a synth writes. */
export interface Output {
  readonly folder: string;
  /** In the order of deployment. */
  readonly stacks: Readonly<Record<string, StackJson>>;
  readonly review: Review;
}
