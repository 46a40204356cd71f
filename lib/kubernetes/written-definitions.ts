import type { IConstruct } from 'constructs';
import type { ChartSpec, ManifestsSpec } from '../core/cluster';

import type { ClusterFacts } from './cluster-facts';

/** API groups of Kubernetes itself that have a dot; those without one are its own too. */
const builtIn = new Set(
  [
    ...['admissionregistration', 'apiextensions', 'authentication', 'authorization', 'certificates', 'coordination'],
    ...['discovery', 'events', 'flowcontrol.apiserver', 'networking', 'node', 'rbac.authorization', 'resource'],
    ...['scheduling', 'storage', 'storagemigration'],
  ].map((group) => `${group}.k8s.io`),
).add('apiregistration.k8s.io');

type Manifest = ManifestsSpec['manifests'][number];

/** Custom resources that an app writes, against the definitions that its cluster has or gets. */
export class WrittenDefinitions {
  /** Groups that charts of this app bring. */
  private readonly brought = new Set<string>();

  /**
   * @param source the facts file, as it stands in errors
   */
  constructor(
    private readonly source: string,
    private readonly facts: ClusterFacts,
  ) {}

  chart({ groups = [] }: ChartSpec): void {
    for (const group of groups) this.brought.add(group);
  }

  /** Judged at the end: what brings a definition may be added after what needs it. */
  manifests(scope: IConstruct, manifests: readonly Manifest[]): void {
    for (const { kind, spec } of manifests)
      if (kind === 'CustomResourceDefinition')
        this.brought.add(String((spec as { group?: unknown } | undefined)?.group));
    scope.node.addValidation({ validate: () => this.problems(manifests) });
  }

  private problems(manifests: readonly Manifest[]): string[] {
    const missing = new Map<string, { group: string; version: string; kinds: Set<string> }>();
    for (const { apiVersion, kind } of manifests) {
      const [, group, version] = /^([^/]+\.[^/]+)\/([^/]+)$/.exec(String(apiVersion)) ?? [];
      if (group === undefined || version === undefined || builtIn.has(group) || this.brought.has(group)) continue;
      if (this.versionsOf(group, String(kind))?.includes(version)) continue;
      const key = `${group}/${version}`;
      const entry = missing.get(key) ?? { group, version, kinds: new Set() };
      missing.set(key, { ...entry, kinds: entry.kinds.add(String(kind)) });
    }
    return [...missing.values()].map((entry) => this.sentence(entry.group, entry.version, [...entry.kinds].sort()));
  }

  private versionsOf(group: string, kind: string): readonly string[] | undefined {
    return Object.values(this.facts.definitions).find((one) => one.group === group && one.kind === kind)?.versions;
  }

  private sentence(group: string, version: string, kinds: readonly string[]): string {
    const served = kinds.map((kind) => `${kind}: ${this.versionsOf(group, kind)?.join(', ') ?? 'no definition'}`);
    const advice =
      "install or upgrade the operator that brings them and run mlops nodes again, or set its mode to 'install' or 'off'";
    return `'${this.source}' does not serve ${group}/${version} of ${kinds.join(', ')}, got ${served.join('; ')}; ${advice}`;
  }
}
