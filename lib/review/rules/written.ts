import { pathOf, type StackJson } from '../output';

/** The stacks of a platform by name, as they were written. */
export type Stacks = Readonly<Record<string, StackJson>>;

/** A resource or data source with its place. */
export interface Block {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  /** `stack: type.name`; `stack: data.type.name` for what is looked up. */
  readonly address: string;
  /** Path of its construct. */
  readonly path: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The stacks as rules read them: flat, and with the answers to what refers to what. */
export class Written {
  readonly resources: readonly Block[];
  readonly lookups: readonly Block[];
  private readonly byAddress: ReadonlyMap<string, Block>;

  constructor(readonly stacks: Stacks) {
    this.resources = blocks(stacks, 'resource');
    this.lookups = blocks(stacks, 'data');
    this.byAddress = new Map([...this.resources, ...this.lookups].map((block) => [block.address, block]));
  }

  of(...types: readonly string[]): Block[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** Blocks of the same stack that a value of a block names, in expressions or in `depends_on`. */
  named(from: Block, value: unknown): Block[] {
    return references(value).flatMap((reference) => this.byAddress.get(`${from.stack}: ${reference}`) ?? []);
  }

  /** What a block names itself, and what that names, and so on. */
  needs(from: Block, seen: Set<Block> = new Set()): ReadonlySet<Block> {
    for (const block of this.named(from, from.attributes)) {
      if (seen.has(block)) continue;
      seen.add(block);
      this.needs(block, seen);
    }
    return seen;
  }

  /** A name as text, also where it is taken from the resource that has it. */
  text(from: Block, value: unknown): string {
    if (typeof value !== 'string' || !value.startsWith('${')) return String(value ?? '');
    const [block] = this.named(from, value);
    const key = /\.([a-z_]+)\}$/.exec(value)?.[1] ?? '';
    // what terraform_data puts out is what it takes in
    const names = block?.type === 'terraform_data' ? ['input'] : [key, `metadata.${key}`];
    const own = names.map((name) => at(block?.attributes, name)).find((one) => one !== undefined);
    return block && typeof own === 'string' ? this.text(block, own) : value;
  }
}

function blocks(stacks: Stacks, section: 'resource' | 'data'): Block[] {
  return Object.entries(stacks).flatMap(([stack, json]) =>
    Object.entries(json[section] ?? {}).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, { '//': _, ...attributes }]) => {
        const address = `${stack}: ${section === 'data' ? 'data.' : ''}${type}.${name}`;
        return { stack, type, name, address, path: pathOf(byName[name] ?? {}) ?? `${stack}/${name}`, attributes };
      }),
    ),
  );
}

/** Addresses in expressions, and lone ones as in `depends_on`. */
export function references(value: unknown): string[] {
  const texts = strings(value).flatMap((text) =>
    addressOnly.test(text) ? [text] : [...text.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(texts.flatMap((text) => [...text.matchAll(address)].map((match) => match[0])))];
}

const address = /(?<![\w.-])(?:data\.)?(?:aws|kubernetes|helm|random|terraform)_[a-z0-9_]+\.[A-Za-z_][\w-]*/g;
const addressOnly = new RegExp(`^${address.source}$`);

/** Every text in a value, at any depth. */
export function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** A value by its path; a block is one thing, whether it is written as an object or as a list of one. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    const one = Array.isArray(inner) ? inner[0] : inner;
    return typeof one === 'object' && one !== null ? (one as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** A value by its path, as a list: nothing is an empty one. */
export function list(value: unknown, path?: string): unknown[] {
  const found = path === undefined ? value : at(value, path);
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}

/** Terraform takes `"true"` for `true`. */
export const isTrue = (value: unknown) => value === true || value === 'true';
export const isFalse = (value: unknown) => value === false || value === 'false';

/** What was found, for a message. */
export const got = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
