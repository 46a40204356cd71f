/**
 * Text that Terraform must not read as a template: `${` and `%{` are escaped, tokens stay. What a user writes is
 * literal; an expression is given as a token.
 */
export const literal = (text: string) => text.replace(/\$\{(?!TfToken\[)/g, '$$${').replace(/%\{/g, '%%{');

/** The same for every string of a plain value. */
export function literals<T>(value: T): T {
  if (typeof value === 'string') return literal(value) as T;
  if (Array.isArray(value)) return value.map(literals) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literals(item)])) as T;
}
