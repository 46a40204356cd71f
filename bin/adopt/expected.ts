import type { ResourceJson, StackJson } from '../../lib/review/output';
import { chartName } from './chart';

/** An object that a stack makes in the cluster. */
export interface Expected {
  /** As Terraform names it: `kubernetes_secret_v1.Password_1234`. */
  readonly address: string;
  /** As kubectl takes it: `networkpolicy`; `helm_release` is a release of Helm. */
  readonly kind: string;
  readonly name: string;
  /** @default - it belongs to no namespace */
  readonly namespace?: string | undefined;
  /** What the stack writes on it. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Name of the chart that a release is of.
   * @default - no release, or nobody knows it without Terraform
   */
  readonly chart?: string | undefined;
}

/** Types that live on the cluster, and those of Terraform's own that live in the state only. */
const ofCluster = /^kubernetes_(.+?)(_v\d+)?$/;
const reference = /^\$\{([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.(?:metadata\[0\]\.)?name\}$/;

/**
 * What a stack makes in the cluster, with names that stand in the stack itself.
 * @param folder that of the stack
 */
export function expectedOf(stack: StackJson, folder: string): Expected[] {
  const resources = stack.resource ?? {};
  return Object.entries(resources).flatMap(([type, ofType]) =>
    Object.entries(ofType).flatMap(([id, resource]): Expected[] => {
      const kind = type === 'helm_release' ? type : ofCluster.exec(type)?.[1]?.replaceAll('_', '');
      // one block of several resources: plannedReleases() has them
      if (kind === undefined || 'for_each' in resource) return [];
      const { name, namespace, labels = {} } = placeOf(resource);
      const literal = literalOf(resources, name);
      if (literal === undefined) return [];
      const chart = type === 'helm_release' ? chartName(resource.chart, folder) : undefined;
      const place = { name: literal, namespace: literalOf(resources, namespace) };
      return [{ address: `${type}.${id}`, kind, ...place, labels, ...(chart === undefined ? {} : { chart }) }];
    }),
  );
}

interface Place {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Kubernetes has them in a block, Helm beside everything else. */
const placeOf = (resource: ResourceJson): Place => (resource.metadata ?? resource) as Place;

/** A name that is a reference stands where the reference leads. */
function literalOf(resources: NonNullable<StackJson['resource']>, text: string | undefined): string | undefined {
  if (text === undefined || !text.includes('${')) return text;
  const [, type, id] = reference.exec(text) ?? [];
  const target = resources[type ?? '']?.[id ?? ''];
  return target && literalOf(resources, placeOf(target).name);
}
