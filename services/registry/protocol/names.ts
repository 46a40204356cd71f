import { posix } from 'node:path';
import { badRequest, invalid } from './errors';

/** MLflow's limits of names and values, in characters. */
export const limits = { key: 250, param: 6000, tag: 8000, experimentName: 500, experimentTag: 20_000 };

/** Most characters of MLflow's columns (mlflow 3.17.2, store/tracking/dbmodels/models.py). */
export const columns = { experimentName: 256, runName: 250, tagKey: 250 };

const allowed = /^[/\p{L}\p{M}\p{N}_.\- :]*$/u;

/** Refuses a key of a metric, param or tag that MLflow refuses: it may become the name of a file. */
export function checkKey(key: string, path: string): string {
  if (!allowed.test(key))
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for parameter '${path}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  return checkPath(key, path);
}

/** Refuses a name that, as a path, would be another one. */
export function checkPath(name: string, path: string): string {
  const resolved = posix.normalize(name).replace(/(?<=.)\/$/, '');
  if (resolved !== name || resolved === '.' || resolved.startsWith('..') || resolved.startsWith('/'))
    throw invalid(
      `Invalid value ${JSON.stringify(name)} for parameter '${path}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${resolved}'`,
    );
  return name;
}

export function checkLength(value: string, name: string, limit: number): string {
  if (lengthOf(value) > limit) throw invalid(`'${name}' exceeds the maximum length of ${limit} characters`);
  return value;
}

/** Refuses what MLflow's database refuses on Postgres, which is less than its checks let through. */
export function checkColumn(value: string, name: string, limit: number): string {
  if (lengthOf(value) > limit) throw badRequest(`'${name}' exceeds the maximum length of ${limit} characters`);
  return value;
}

/** MLflow cuts long values of params and tags, it does not refuse them. */
export const truncate = (value: string, limit: number) =>
  lengthOf(value) > limit ? [...value].slice(0, limit).join('') : value;

const lengthOf = (value: string) => [...value].length;
