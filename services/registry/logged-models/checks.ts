import type { KeyValue } from '../protocol/entities';
import { badRequest, invalid } from '../protocol/errors';

/** Longest texts, in characters (mlflow 3.17.2, the columns of its SQL store). */
const longest = { name: 500, model_type: 500, source_run_id: 32, key: 255 };

const forbidden = ['/', ':', '.', '%', '"', "'"];

/** Names end up in `models:/` URIs and in paths: MLflow refuses what these read differently. */
export function checkModelName(name: string): string {
  if (forbidden.some((character) => name.includes(character)))
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following ` +
        `characters: ('/', ':', '.', '%', '"', "'")`,
    );
  return checkText(name, 'name');
}

/** MLflow's database refuses what is too long: another code than that of wrong values. */
export function checkText(value: string, field: keyof typeof longest): string {
  if ([...value].length > longest[field])
    throw badRequest(`'${field}' exceeds the maximum length of ${longest[field]} characters`);
  return value;
}

export function checkKeys(items: readonly KeyValue[], what: 'param' | 'tag'): readonly KeyValue[] {
  const keys = new Set<string>();
  for (const { key } of items) {
    if (keys.has(checkText(key, 'key'))) throw badRequest(`The ${what} '${key}' of a logged model is given twice`);
    keys.add(key);
  }
  return items;
}
