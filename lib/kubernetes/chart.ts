import { Release } from '@cdktf/provider-helm/lib/release';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { ChartSpec } from '../core/cluster';
import { literals } from './literal';

/** Where third-party charts come from instead of their own repositories; for networks without a way out. */
export type ChartMirror = `oci://${string}` | `https://${string}` | `/${string}`;

/** A third-party chart at one version. */
export class Chart extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Release;

  constructor(scope: Construct, id: string, spec: ChartSpec, mirror?: ChartMirror) {
    super(scope, id);
    this.resource = new Release(this, 'Resource', {
      name: spec.name,
      namespace: spec.namespace,
      ...source(spec, mirror),
      values: [stringify(literals(spec.values), { lineWidth: 0, aliasDuplicateObjects: false })],
      maxHistory: 5,
    });
  }
}

/** A folder holds `<name>-<version>.tgz`; everything else is a repository. */
function source({ name, version, repository }: ChartSpec, mirror: ChartMirror | undefined) {
  return mirror?.startsWith('/')
    ? { chart: `${mirror}/${name}-${version}.tgz` }
    : { chart: name, version, repository: mirror ?? repository };
}
