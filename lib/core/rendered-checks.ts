/** A resource as Terraform will read it. */
export interface Rendered {
  readonly address: string;
  readonly type: string;
  /** Path of its construct. */
  readonly path: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Tells the clusters of stacks apart. */
  readonly cluster: string;
}

/** Two resources that write one Kubernetes object or one Helm release would fight in every apply. */
export function duplicateObjects(resources: readonly Rendered[]): string[] {
  const seen = new Map<string, string>();
  return resources.flatMap((resource) => {
    const object = objectOf(resource);
    if (object === undefined) return [];
    const key = `${resource.cluster} ${object}`;
    const first = seen.get(key);
    seen.set(key, resource.path);
    if (first === undefined) return [];
    return [`two constructs make ${object}, got one at ${first} too; give one of them another name (${resource.path})`];
  });
}

function objectOf({ type, attributes }: Rendered): string | undefined {
  const named = (type === 'helm_release' ? attributes : attributes.metadata) as
    | { name?: string; namespace?: string }
    | undefined;
  if (!/^(kubernetes_|helm_release)/.test(type) || !named?.name || `${named.name}${named.namespace}`.includes('${'))
    return undefined;
  const kind = type
    .replace(/^kubernetes_/, '')
    .replace(/_v\d+$/, '')
    .replaceAll('_', ' ')
    .replace('helm release', 'Helm release');
  return `${kind} '${named.namespace ? `${named.namespace}/` : ''}${named.name}'`;
}

/** cdktf writes a number token in a template string as this number, without an error. */
const brokenNumberToken = /-?\d\.\d+e\+2\d\d/i;

/** Text that cannot mean what its author meant. */
export const textProblems = (resources: readonly Rendered[]): string[] =>
  resources.flatMap(({ address, path, attributes }) => {
    const found = JSON.stringify(attributes).match(brokenNumberToken);
    if (!found) return [];
    return [
      `${address} has a number token inside a text, got '${found[0]}'; wrap the number in Token.asString (${path})`,
    ];
  });
