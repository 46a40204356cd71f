import { TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Everything of the first is made after everything of the others, and destroyed before it. */
export function after(later: IConstruct, ...earlier: readonly IConstruct[]): void {
  const first = earlier
    .flatMap(resourcesOf)
    .map(({ terraformResourceType, friendlyUniqueId }) => `${terraformResourceType}.${friendlyUniqueId}`);
  for (const resource of resourcesOf(later)) resource.dependsOn = [...(resource.dependsOn ?? []), ...first];
}

const resourcesOf = (construct: IConstruct) =>
  construct.node.findAll().filter((child): child is TerraformResource => TerraformResource.isTerraformResource(child));
