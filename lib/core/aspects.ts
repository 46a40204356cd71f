import { Aspects, type IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';

/**
 * Lets every Aspect visit what stands below its place, once, before anything is judged: what it changes and reports is
 * seen with all else. By itself cdktf runs them stack by stack while it writes, and none that stands on the app.
 */
export function runAspects(root: IConstruct): void {
  visit(root, []);
  for (const construct of root.node.findAll()) forget(construct);
}

function visit(construct: IConstruct, inherited: readonly IAspect[]): void {
  const aspects = [...new Set([...inherited, ...Aspects.of(construct).all])];
  for (const aspect of aspects) aspect.visit(construct);
  for (const child of construct.node.children) visit(child, aspects);
}

/** What cdktf finds here it would run again. */
function forget(construct: IConstruct): void {
  (Aspects.of(construct) as unknown as { readonly _aspects: IAspect[] })._aspects.length = 0;
}
