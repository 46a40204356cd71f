import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { INodePool } from './node-pool';

/** What a reviewer should know, beside the resources: written as `review.json` next to the stacks. */
export interface Review {
  /** Names of the stacks in the order of deployment, which the manifest of cdktf does not keep. */
  readonly stacks: readonly string[];
  /** Duties, choices, costs. */
  readonly notes: readonly { readonly path: string; readonly text: string }[];
  readonly pools: readonly { readonly cluster: string; readonly pool: INodePool }[];
  /**
   * What is known of images: of ours, and of those that charts and their controllers start, which no resource names.
   * @default - nothing
   */
  readonly images?: readonly (KnownImage & { readonly path: string })[];
}

/** What is known of an image. */
export interface KnownImage {
  /** As a cluster pulls it: `registry/name:tag`. */
  readonly image: string;
  /** Of the program in it, as SPDX writes it where it has a name there. */
  readonly licence: string;
  /**
   * Who starts it, where no resource says so: `chart kueue 0.19.2`.
   * @default - the resources that name it
   */
  readonly startedBy?: string | undefined;
}

const noteType = 'mlops:note';
const poolType = 'mlops:pool';
const imageType = 'mlops:image';

/** Tells whoever reviews the plan something that the plan does not show: a duty, a choice, a cost. */
export function note(scope: IConstruct, text: string): void {
  scope.node.addMetadata(noteType, text);
}

/** Lists a pool in the review. */
export function notePool(scope: IConstruct, cluster: string, pool: INodePool): void {
  scope.node.addMetadata(poolType, { cluster, pool });
}

/** Says of an image what the resources do not. */
export function noteImage(scope: IConstruct, image: KnownImage): void {
  scope.node.addMetadata(imageType, image);
}

/** All stacks, notes, pools and images below `root`. */
export function reviewOf(root: IConstruct): Review {
  const entries = root.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata.map(({ type, data }) => ({ path: construct.node.path, type, data })),
    );
  return {
    stacks: root.node
      .findAll()
      .filter(TerraformStack.isStack)
      .map(({ node }) => node.id),
    notes: entries.filter(({ type }) => type === noteType).map(({ path, data }) => ({ path, text: data as string })),
    pools: entries.filter(({ type }) => type === poolType).map(({ data }) => data as Review['pools'][number]),
    images: entries
      .filter(({ type }) => type === imageType)
      .map(({ path, data }) => ({ path, ...(data as KnownImage) })),
  };
}
