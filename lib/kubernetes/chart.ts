import { DataHelmTemplate } from '@cdktf/provider-helm/lib/data-helm-template';
import { Release } from '@cdktf/provider-helm/lib/release';
import { Construct } from 'constructs';
import type { ChartSpec } from '../core/cluster';
import { helmValues } from './helm-values';
import { Manifests } from './manifests';

/** Where third-party charts come from instead of their own repositories; for networks without a way out. */
export type ChartMirror = `oci://${string}` | `https://${string}` | `/${string}`;

/** A third-party chart at one version. */
export class Chart extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Release;

  constructor(scope: Construct, id: string, spec: ChartSpec, mirror?: ChartMirror) {
    super(scope, id);
    const chart = {
      name: spec.name,
      namespace: spec.namespace,
      ...source(spec, mirror),
      values: helmValues(spec.values),
    };
    const own = spec.definitions === 'own release' ? [this.addDefinitions(chart)] : [];
    this.resource = new Release(this, 'Resource', {
      ...chart,
      maxHistory: 5,
      // images are pulled meanwhile, also by the hooks' pods
      timeout: 600,
      ...(spec.protect === undefined ? {} : { lifecycle: { preventDestroy: spec.protect } }),
      ...(own.length > 0 ? { skipCrds: true, dependsOn: own } : {}),
    });
  }

  /** A release for each definition: all of one chart's would be more than a Secret holds (1 MiB). */
  private addDefinitions(chart: { name: string; namespace: string; chart: string; values: string[] }): Release {
    const template = new DataHelmTemplate(this, 'Template', { ...chart, includeCrds: true });
    const { resource } = new Manifests(this, 'Definitions', {
      release: 'definitions',
      namespace: chart.namespace,
      manifests: [],
    });
    // documents of the files in crds/, by the names of the definitions
    const documents = `flatten([for file in ${template.fqn}.crds : split("\\n---\\n", "\\n\${file}\\n")])`;
    const definitions = `[for text in ${documents} : yamldecode(text) if strcontains(text, "kind: CustomResourceDefinition")]`;
    resource.addOverride('for_each', `\${{for definition in ${definitions} : definition.metadata.name => definition}}`);
    resource.name = '${trimsuffix(substr(replace(each.key, ".", "-"), 0, 53), "-")}';
    // kept when the release goes: without them the cluster would drop everybody's resources of that kind
    const kept = `merge(try(each.value.metadata.annotations, {}), { "helm.sh/resource-policy" = "keep" })`;
    const definition = `merge(each.value, { metadata = merge(each.value.metadata, { annotations = ${kept} }) })`;
    resource.values = [`\${yamlencode({ manifests = [${definition}] })}`];
    resource.wait = true;
    return resource;
  }
}

/** A folder holds `<name>-<version>.tgz`; everything else is a repository. */
function source({ name, version, repository }: ChartSpec, mirror: ChartMirror | undefined) {
  return mirror?.startsWith('/')
    ? { chart: `${mirror}/${name}-${version}.tgz` }
    : { chart: name, version, repository: mirror ?? repository };
}
