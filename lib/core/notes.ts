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
}

const noteType = 'mlops:note';
const poolType = 'mlops:pool';

/** Tells whoever reviews the plan something that the plan does not show: a duty, a choice, a cost. */
export function note(scope: IConstruct, text: string): void {
  scope.node.addMetadata(noteType, text);
}

/** Lists a pool in the review. */
export function notePool(scope: IConstruct, cluster: string, pool: INodePool): void {
  scope.node.addMetadata(poolType, { cluster, pool });
}

/** All stacks, notes and pools below `root`. */
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
  };
}
