import { type KeyValue, lastOfEachKey } from '../protocol/entities';
import { badRequest, invalid } from '../protocol/errors';
import { checkKey, checkLength, checkPath } from '../protocol/names';
import { noVersion } from './errors';

/** Most characters (mlflow 3.17.2, utils/validation.py). */
const limits = { alias: 255, tagKey: 250, tagValue: 100_000 };

/** Most characters of MLflow's columns (mlflow 3.17.2, dbmodels/models.py): on Postgres it refuses more. */
const columns = { name: 256, description: 5000, source: 500, run_id: 32, run_link: 500 };

const promptTextTag = 'mlflow.prompt.text';
const largestVersion = 2 ** 31 - 1;

/** The name becomes part of URIs such as `models:/name/1`. `field` is the parameter that carries it. */
export function checkModelName(name: string, field: 'name' | 'new_name' = 'name'): string {
  if (name.trim() === '') throw invalid(`Missing value for required parameter '${field}'.`);
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  return checkPath(name, 'name');
}

export const checkNewName = (name: string, field: 'name' | 'new_name' = 'name') =>
  checkColumn(checkModelName(name, field), 'name');

export function checkAlias(alias: string): string {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias))
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  return checkLength(alias, 'Registered model alias name', limits.alias);
}

export const isLatest = (alias: string) => alias.toLowerCase() === 'latest';

/** Names that URIs use for something else: `latest`, and `v7` for version 7. */
export function checkNewAlias(alias: string): string {
  checkAlias(alias);
  if (isLatest(alias)) throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
  return alias;
}

/** The number of a version of this model. */
export function versionOf(name: string, text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw invalid(`Parameter 'version' must be an integer, got '${text}'.`);
  const version = Number(text);
  if (Math.abs(version) > largestVersion) throw noVersion(name, text.trim());
  return version;
}

export function checkColumn(value: string, column: keyof typeof columns): string {
  const most = columns[column];
  if ([...value].length > most) throw badRequest(`'${column}' exceeds the maximum length of ${most} characters`);
  return value;
}

/** A key that is only looked up: any length will do. */
export const checkTagKey = (key: string) => checkKey(key, 'key');

export function checkTag({ key, value }: KeyValue): KeyValue {
  checkLength(checkTagKey(key), 'key', limits.tagKey);
  if (key === promptTextTag && [...value].length > limits.tagValue)
    throw invalid(`Prompt text exceeds max length of ${limits.tagValue} characters.`);
  checkLength(value, 'value', limits.tagValue);
  return { key, value };
}

/** Each is checked, also one that another of its key replaces. */
export const checkTags = (tags: readonly KeyValue[]): KeyValue[] => lastOfEachKey(tags.map(checkTag));
