import type { Output } from '../output';
import { pathOf } from '../output';

/** A resource as a synth wrote it. */
export interface WrittenResource {
  /** `acme-data: aws_s3_bucket.Data_1A2B`. */
  readonly address: string;
  readonly stack: string;
  readonly type: string;
  /** `aws_s3_bucket.Data_1A2B`: how others of its stack refer to it. */
  readonly reference: string;
  /** Path of its construct. */
  readonly path: string;
  /** What its provider gets: without Terraform's own `lifecycle`, `depends_on` and the like. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly lifecycle: {
    /** @default false */
    readonly create_before_destroy?: boolean;
    /** @default false */
    readonly prevent_destroy?: boolean;
    /** @default [] */
    readonly ignore_changes?: readonly string[] | 'all';
    /** @default [] */
    readonly replace_triggered_by?: readonly string[];
  };
}

type Stacks = Output['stacks'];

const terraformsOwn = ['//', 'lifecycle', 'depends_on', 'provider', 'provisioner', 'connection', 'count', 'for_each'];

/** Every resource by its address. */
export function writtenResources(stacks: Stacks): Map<string, WrittenResource> {
  const all = Object.entries(stacks).flatMap(([stack, json]) =>
    Object.entries(json.resource ?? {}).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, resource]): WrittenResource => {
        const reference = `${type}.${name}`;
        const attributes = Object.entries(resource).filter(([key]) => !terraformsOwn.includes(key));
        return {
          address: `${stack}: ${reference}`,
          stack,
          type,
          reference,
          path: pathOf(resource) ?? `${stack}/${name}`,
          attributes: Object.fromEntries(attributes),
          lifecycle: (resource.lifecycle ?? {}) as WrittenResource['lifecycle'],
        };
      }),
    ),
  );
  return new Map(all.map((resource) => [resource.address, resource]));
}

/** Terraform's `moved` blocks: the old address to the new one. They stay within a state. */
export function movesIn(stacks: Stacks): Map<string, string> {
  const all = Object.entries(stacks).flatMap(([stack, json]) => {
    const { moved } = json as { readonly moved?: readonly { readonly from: string; readonly to: string }[] };
    return (moved ?? []).map(({ from, to }) => [`${stack}: ${from}`, `${stack}: ${to}`] as const);
  });
  return new Map(all);
}

/** Whether a value has an expression that names a resource of its stack; a data source of the same name is another. */
export function refersTo(value: unknown, { reference }: WrittenResource): boolean {
  const text = JSON.stringify(value) ?? '';
  return text.includes(reference) && new RegExp(`(?<![\\w.-])${reference}(?![\\w-])`).test(text);
}
