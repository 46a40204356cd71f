import type { StackJson } from '../../lib/review/output';
import type { Stacks } from '../../lib/review/rules/written';

// biome-ignore lint/suspicious/noExplicitAny: written JSON, changed at any place
type Json = any;
type Attributes = Record<string, Json>;

/** A copy of written stacks in which one thing is wrong. Each method returns the address of what it changed. */
export class Planted {
  readonly stacks: Record<string, Json>;

  constructor(stacks: Stacks) {
    this.stacks = structuredClone(stacks) as Record<string, StackJson>;
  }

  /** The attributes of the first block of a type whose name holds a text. */
  get(type: string, name = ''): Attributes {
    const { stack, key } = this.find(type, name);
    return this.stacks[stack][section(type)][bare(type)][key];
  }

  /** Writes one value of a block; the path goes through lists of one by itself. */
  set(type: string, name: string, path: string, value: unknown): string {
    write(this.get(type, name), path, value);
    return this.find(type, name).address;
  }

  /** Writes one value of a stack. */
  stack(name: string, path: string, value: unknown): string {
    write(this.stacks[name], path, value);
    return name;
  }

  /** Removes a block; returns the address of what misses it. */
  remove(type: string, name = ''): string {
    const { stack, key, address } = this.find(type, name);
    delete this.stacks[stack].resource[type][key];
    return address;
  }

  add(stack: string, type: string, name: string, attributes: Attributes): string {
    const json = this.stacks[stack];
    const at = section(type);
    json[at] = { ...json[at], [bare(type)]: { ...json[at]?.[bare(type)], [name]: attributes } };
    return `${stack}: ${type}.${name}`;
  }

  /** Changes the statements of a policy. */
  policy(type: string, name: string, change: (statements: Json[]) => void, key = 'policy'): string {
    const document = JSON.parse(this.get(type, name)[key]);
    change(document.Statement);
    return this.set(type, name, key, JSON.stringify(document));
  }

  /** Changes the first text of a block that holds one. */
  replace(type: string, name: string, from: string | RegExp, to: string): string {
    const { stack, key, address } = this.find(type, name);
    const before = JSON.stringify(this.get(type, name));
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${address} holds no ${from}`);
    this.stacks[stack][section(type)][bare(type)][key] = JSON.parse(after);
    return address;
  }

  address(type: string, name = ''): string {
    return this.find(type, name).address;
  }

  private find(type: string, name: string) {
    for (const [stack, json] of Object.entries(this.stacks))
      for (const key of Object.keys(json[section(type)]?.[bare(type)] ?? {}))
        if (key.includes(name)) return { stack, key, address: `${stack}: ${type}.${key}` };
    throw new Error(`no ${type} whose name holds '${name}'`);
  }
}

/** Undefined takes the value away. */
function write(json: Json, path: string, value: unknown): void {
  const keys = path.split('/');
  const last = keys.pop() as string;
  const target = one(keys.reduce<Json>((inner, key) => one(inner)[key], json));
  if (value === undefined) delete target[last];
  else target[last] = value;
}

const section = (type: string) => (type.startsWith('data.') ? 'data' : 'resource');
const bare = (type: string) => type.replace(/^data\./, '');
const one = (value: Json): Attributes => (Array.isArray(value) ? value[0] : value);
