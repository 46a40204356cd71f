import type { Field, Operator, Value } from './fields';
import type { Scanner } from './scanner';

const number = /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_])/iuy;
const integer = /[+-]?\d+(?![\p{L}\p{N}_.])/uy;
const singleQuotedInteger = /'(-?\d+)'/y;
const doubleQuotedInteger = /"(-?\d+)"/y;
const singleQuoted = /'((?:[^']|'')*)'/y;
const doubleQuoted = /"((?:[^"]|"")*)"/y;
const [open, comma, close] = [/\(/y, /,/y, /\)/y];

/** Reads what stands right of an operator. */
export function operandOf(scanner: Scanner, { type }: Field, operator: Operator): Value {
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return undefined;
  if (operator === 'IN' || operator === 'NOT IN') return listOf(scanner);
  switch (type) {
    case 'number':
      return Number(scanner.take(number) ?? scanner.fail('a number'));
    case 'integer':
      return Number(scanner.take(integer) ?? scanner.fail('an integer'));
    case 'quotedInteger':
      return Number(
        scanner.take(singleQuotedInteger) ??
          scanner.take(doubleQuotedInteger) ??
          scanner.take(integer) ??
          scanner.fail('an integer'),
      );
    case 'text':
      return textOf(scanner, 'a value in single or double quotes');
    default: {
      const never: never = type;
      return never;
    }
  }
}

function listOf(scanner: Scanner): string[] {
  const expected = "a list such as ('a', 'b')";
  if (scanner.take(open) === undefined) scanner.fail(expected);
  const values = [textOf(scanner, expected)];
  while (scanner.take(close) === undefined) {
    if (scanner.take(comma) === undefined) scanner.fail('a comma or the end of the list');
    // A comma may also stand after the last one.
    if (scanner.take(close) !== undefined) return values;
    values.push(textOf(scanner, 'a value in single or double quotes'));
  }
  return values;
}

function textOf(scanner: Scanner, expected: string): string {
  const single = scanner.take(singleQuoted);
  if (single !== undefined) return single.replaceAll("''", "'");
  return scanner.take(doubleQuoted)?.replaceAll('""', '"') ?? scanner.fail(expected);
}
