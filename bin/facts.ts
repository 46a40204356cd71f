import { isMap, type PlainMap } from '../lib/core/maps';
import { quantity } from '../lib/core/resources';
import type { ClusterFacts, NodeFacts } from '../lib/kubernetes/cluster-facts';

/** The parts of the API's objects that are looked at. */
export interface NodeObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}
export interface DefinitionObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}
export interface StorageClassObject {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly provisioner: string;
  readonly allowVolumeExpansion?: boolean;
}

export interface ClusterObjects {
  readonly version: string;
  readonly nodes: readonly NodeObject[];
  readonly definitions: readonly DefinitionObject[];
  readonly storageClasses: readonly StorageClassObject[];
}

/**
 * What is worth keeping of a cluster: nothing that changes by itself, and no annotations or parameters, where people
 * keep more than they should.
 */
export const factsOf = (objects: ClusterObjects, now: Date): ClusterFacts => ({
  date: now.toISOString().slice(0, 10),
  version: objects.version,
  nodes: byName(objects.nodes, nodeFacts),
  definitions: byName(objects.definitions, ({ spec: { group, names, versions } }) => ({
    group,
    kind: names.kind,
    versions: versions
      .filter(({ served }) => served)
      .map(({ name }) => name)
      .sort(),
  })),
  storageClasses: byName(objects.storageClasses, ({ metadata, provisioner, allowVolumeExpansion = false }) => ({
    provisioner,
    default: metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
    expandable: allowVolumeExpansion,
  })),
});

/** JSON whose keys are sorted at every depth: what has not changed makes no diff. */
export const factsText = (facts: ClusterFacts) =>
  `${JSON.stringify(facts, (_, value: unknown) => (isMap(value) ? sorted(value) : value), 2)}\n`;

function nodeFacts({ metadata, spec, status }: NodeObject): NodeFacts {
  const { labels = {} } = metadata;
  const { cpu = '0', memory = '0', ...rest } = status?.allocatable ?? {};
  const devices = Object.entries(rest).filter(([name]) => name.includes('/'));
  const gpu = gpuFacts(labels);
  return {
    labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !volatileLabels.has(key))),
    taints: (spec?.taints ?? [])
      .filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
      .map(({ key, value, effect }) => ({ key, ...(value === undefined ? {} : { value }), effect }))
      .sort((a, b) => compare(`${a.key} ${a.effect}`, `${b.key} ${b.effect}`)),
    cpu: quantity(cpu) ?? 0,
    memoryMiB: Math.floor((quantity(memory) ?? 0) / 2 ** 20),
    devices: Object.fromEntries(devices.map(([name, amount]) => [name, quantity(amount) ?? 0])),
    ...(gpu ? { gpu } : {}),
  };
}

/** Seconds at which feature discovery last ran. */
const volatileLabels = new Set(['nvidia.com/gfd.timestamp']);

function gpuFacts(labels: Readonly<Record<string, string>>): NodeFacts['gpu'] {
  const product = labels['nvidia.com/gpu.product'];
  if (product === undefined) return undefined;
  const number = (key: string) => (/^\d+$/.test(labels[key] ?? '') ? Number(labels[key]) : undefined);
  const [memoryMiB, count] = [number('nvidia.com/gpu.memory'), number('nvidia.com/gpu.count')];
  return { product, ...(memoryMiB === undefined ? {} : { memoryMiB }), ...(count === undefined ? {} : { count }) };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const byName = <T extends { readonly metadata: { readonly name: string } }, F>(
  objects: readonly T[],
  facts: (object: T) => F,
) => Object.fromEntries(objects.map((object) => [object.metadata.name, facts(object)] as const));

const sorted = (map: PlainMap) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => compare(a, b)));
