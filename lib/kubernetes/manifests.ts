import { join } from 'node:path';
import { Release } from '@cdktf/provider-helm/lib/release';
import { AssetType, TerraformAsset, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { ManifestsSpec } from '../core/cluster';
import { report } from '../core/errors';
import { nameProblems } from '../core/names';
import { helmValues } from './helm-values';

/** Helm keeps the release's name in a Secret's name. */
const longestRelease = 53;

/**
 * Custom resources as one Helm release of a chart that holds nothing else: Terraform's own kubernetes_manifest would
 * need their definitions at plan time. Helm shows no drift: an empty plan says nothing about what somebody edited.
 */
export class Manifests extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Release;

  constructor(scope: Construct, id: string, spec: ManifestsSpec) {
    super(scope, id);
    for (const problem of nameProblems(`the release '${spec.release}'`, spec.release, longestRelease))
      report(this, problem);
    this.resource = new Release(this, 'Resource', {
      name: spec.release,
      namespace: spec.namespace,
      chart: chartPath(this),
      values: helmValues({ manifests: spec.manifests }),
      // what has no rollout is ready at once; on the way down Helm waits for the objects to go
      wait: spec.awaitDeletion ?? false,
      maxHistory: 5,
      ...(spec.protect === undefined ? {} : { lifecycle: { preventDestroy: spec.protect } }),
    });
  }
}

/** The chart's copy beside the stack, so that a plan needs no network and no other folder. */
function chartPath(scope: Construct): string {
  const stack = TerraformStack.of(scope);
  const existing = stack.node.tryFindChild('ManifestsChart') as TerraformAsset | undefined;
  const asset =
    existing ??
    new TerraformAsset(stack, 'ManifestsChart', {
      path: join(__dirname, 'charts', 'manifests'),
      type: AssetType.DIRECTORY,
    });
  return asset.path;
}
