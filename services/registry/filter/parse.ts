import { Scanner } from './scanner';

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE';

/** What is searched: the names of its entities as users spell them, each with the one that we use; attributes by type. */
export interface Searchable {
  readonly entities: Readonly<Record<string, Entity>>;
  /** Names as users spell them, each with the one that we use. */
  readonly attributes: Readonly<Record<string, { readonly name: string; readonly type: 'number' | 'text' }>>;
}

export type Entity = 'metric' | 'param' | 'tag' | 'attribute';

export interface Identifier {
  readonly entity: Entity;
  readonly key: string;
  readonly type: 'number' | 'text';
}

export interface Comparison extends Identifier {
  readonly operator: Operator;
  readonly value: string | number;
}

export interface Order extends Identifier {
  readonly descending: boolean;
}

const backticked = /`([^`]+)`/y;
const quoted = /"([^"]+)"/y;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const dotted = /[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*/uy;
const dot = /\./y;
const and = /and\b/iy;
const direction = /asc\b|desc\b/iy;
const operator = /!=|<=|>=|=|<|>|i?like\b/iy;
const number = /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_])/iuy;
const singleQuoted = /'((?:[^']|'')*)'/y;
const doubleQuoted = /"((?:[^"]|"")*)"/y;

const textOperators: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE'];
const numberOperators: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];

/** `metrics.loss < 0.2 AND tags.team = 'search'`: comparisons that all must hold. Empty text has none. */
export function parseFilter(text: string, searchable: Searchable): Comparison[] {
  const scanner = new Scanner(text, 'filter');
  if (scanner.isAtEnd) return [];
  const comparisons = [comparison(scanner, searchable)];
  while (scanner.take(and) !== undefined) comparisons.push(comparison(scanner, searchable));
  if (!scanner.isAtEnd) scanner.fail('AND or the end');
  return comparisons;
}

/** `metrics.loss DESC`: ascending unless it says otherwise. */
export function parseOrder(text: string, searchable: Searchable): Order {
  const scanner = new Scanner(text, 'order_by');
  const by = identifier(scanner, searchable);
  const descending = scanner.take(direction)?.toLowerCase() === 'desc';
  if (!scanner.isAtEnd) scanner.fail('ASC, DESC or the end');
  return { ...by, descending };
}

function comparison(scanner: Scanner, searchable: Searchable): Comparison {
  const left = identifier(scanner, searchable);
  const allowed = left.type === 'number' ? numberOperators : textOperators;
  const place = scanner.place;
  const found = scanner.take(operator)?.toUpperCase() as Operator | undefined;
  if (found === undefined || !allowed.includes(found)) return scanner.fail(`one of ${allowed.join(', ')}`, place);
  return { ...left, operator: found, value: left.type === 'number' ? numberValue(scanner) : textValue(scanner) };
}

function numberValue(scanner: Scanner): number {
  return Number(scanner.take(number) ?? scanner.fail('a number'));
}

function textValue(scanner: Scanner): string {
  const single = scanner.take(singleQuoted);
  if (single !== undefined) return single.replaceAll("''", "'");
  return scanner.take(doubleQuoted)?.replaceAll('""', '"') ?? scanner.fail('a value in single or double quotes');
}

function identifier(scanner: Scanner, { entities, attributes }: Searchable): Identifier {
  const place = scanner.place;
  const first = scanner.takeTight(backticked) ?? scanner.takeTight(word) ?? scanner.fail('a name such as metrics.loss');
  if (scanner.takeTight(dot) === undefined) {
    scanner.take(/\s*/y);
    return attribute(first);
  }
  const entity = Object.hasOwn(entities, first) ? entities[first] : undefined;
  if (entity === undefined) return scanner.fail(`one of ${Object.keys(entities).join(', ')}`, place);
  const key = scanner.take(backticked) ?? scanner.take(quoted) ?? scanner.take(dotted) ?? scanner.fail('a key');
  if (entity === 'attribute') return attribute(key);
  return { entity, key, type: entity === 'metric' ? 'number' : 'text' };

  function attribute(spelled: string): Identifier {
    const known = Object.hasOwn(attributes, spelled) ? attributes[spelled] : undefined;
    if (known === undefined) return scanner.fail(`an attribute, one of ${Object.keys(attributes).join(', ')}`, place);
    return { entity: 'attribute', key: known.name, type: known.type };
  }
}
