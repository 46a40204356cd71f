import type { Entity, Field, Operator, Searchable, Value } from './fields';
import { Scanner } from './scanner';
import { operandOf } from './values';

/** What a filter compares or an order sorts by. */
export interface Identifier {
  readonly entity: Entity;
  readonly key: string;
}

export interface Comparison extends Identifier {
  readonly operator: Operator;
  readonly value: Value;
}

export interface Order extends Identifier {
  readonly descending: boolean;
}

const backticked = /`([^`]+)`/y;
const quoted = /"([^"]+)"/y;
const singleQuoted = /'([^']+)'/y;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const dotted = /[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*/uy;
const dot = /\./y;
const and = /and\b/iy;
const direction = /asc\b|desc\b/iy;
const operator = /!=|<=|>=|=|<|>|i?like\b|(?:not\s+)?in\b|is\s+(?:not\s+)?null\b/iy;

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
  const { entity, key } = identifier(scanner, searchable);
  const descending = scanner.take(direction)?.toLowerCase() === 'desc';
  if (!scanner.isAtEnd) scanner.fail('ASC, DESC or the end');
  return { entity, key, descending };
}

function comparison(scanner: Scanner, searchable: Searchable): Comparison {
  const { entity, key, field } = identifier(scanner, searchable);
  const place = scanner.place;
  const found = scanner.take(operator)?.toUpperCase().replace(/\s+/g, ' ') as Operator | undefined;
  if (found === undefined || !field.operators.includes(found))
    return scanner.fail(`one of ${field.operators.join(', ')}`, place);
  return { entity, key, operator: found, value: operandOf(scanner, field, found) };
}

function identifier(scanner: Scanner, { entities, free, fixed }: Searchable): Identifier & { field: Field } {
  const place = scanner.place;
  const first =
    scanner.takeTight(backticked) ??
    scanner.takeTight(quoted) ??
    scanner.takeTight(word) ??
    scanner.fail('a name such as metrics.loss');
  if (scanner.takeTight(dot) === undefined) {
    scanner.take(/\s*/y);
    return named('attribute', first);
  }
  const entity = Object.hasOwn(entities, first) ? entities[first] : undefined;
  if (entity === undefined) return scanner.fail(`one of ${Object.keys(entities).join(', ')}`, place);
  const key =
    scanner.take(backticked) ??
    scanner.take(quoted) ??
    scanner.take(singleQuoted) ??
    scanner.take(dotted) ??
    scanner.fail('a key');
  const field = free[entity];
  return field ? { entity, key, field } : named(entity, key);

  function named(entity: Entity, spelled: string): Identifier & { field: Field } {
    const fields = fixed[entity] ?? {};
    const field = Object.hasOwn(fields, spelled) ? fields[spelled] : undefined;
    const article = entity === 'attribute' ? 'an' : 'a';
    if (field === undefined)
      return scanner.fail(`${article} ${entity}, one of ${Object.keys(fields).join(', ')}`, place);
    return { entity, key: field.name ?? spelled, field };
  }
}
