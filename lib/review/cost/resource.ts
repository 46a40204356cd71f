import { pathOf, type ResourceJson, type StackJson } from '../output';

/** A resource as a price list sees it. */
export interface Resource {
  readonly stack: string;
  readonly type: string;
  /** `aws_nat_gateway.Nat_1`. */
  readonly address: string;
  readonly path: string;
  readonly attributes: ResourceJson;
  /** The resource of a type that an attribute names: `${aws_launch_template.System.id}`. */
  readonly named: (type: string, reference: unknown) => ResourceJson | undefined;
}

/** Everything that a stack makes. */
export const resourcesOf = (stack: string, json: StackJson): Resource[] =>
  Object.entries(json.resource ?? {}).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, attributes]) => ({
      stack,
      type,
      address: `${type}.${name}`,
      path: pathOf(attributes) ?? stack,
      attributes,
      named: (wanted, reference) => {
        const found = new RegExp(`\\$\\{${wanted}\\.([\\w-]+)\\.`).exec(String(reference))?.[1];
        return found === undefined ? undefined : json.resource?.[wanted]?.[found];
      },
    })),
  );

/** Regions of the AWS providers of a stack. */
export const providerRegion = ({ provider }: StackJson): string[] =>
  (provider?.aws ?? []).flatMap(({ region }) => (typeof region === 'string' ? [region] : []));

/** A block that is written once, whichever way it was written. */
export function block(attributes: ResourceJson, name: string): ResourceJson | undefined {
  const value = attributes[name];
  return (Array.isArray(value) ? value[0] : value) as ResourceJson | undefined;
}

/** Blocks that are written any number of times. */
export function blocks(attributes: ResourceJson, name: string): readonly ResourceJson[] {
  const value = attributes[name] ?? [];
  return (Array.isArray(value) ? value : [value]) as readonly ResourceJson[];
}

/** A number that was known when it was written, also as text. */
export function known(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
