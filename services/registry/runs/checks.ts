import type { KeyValue } from '../protocol/entities';
import { invalid } from '../protocol/errors';
import { checkColumn, checkKey, checkLength, columns, limits, truncate } from '../protocol/names';
import { runNameTag } from './name';
import type { Batch, LoggedMetric } from './store';

/** Most items of one log-batch request (mlflow 3.17.2, utils/validation.py). */
const most = { metrics: 1000, params: 100, tags: 100, 'metrics, params, and tags': 1000 };

/*
 * Each refuses what MLflow refuses, in its words, and cuts long values as it does. `path` is where it stood in a batch.
 */

export function checkMetric<M extends LoggedMetric>(metric: M, path = ''): M {
  const { key, value, timestamp } = metric;
  checkKey(key, below(path, 'name'));
  if (timestamp < 0)
    throw invalid(
      `Invalid value ${timestamp} for parameter '${below(path, 'timestamp')}' supplied: metric '${key}' ` +
        `(value=${Number.isInteger(value) ? `${value}.0` : value}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  checkLength(key, 'Metric name', limits.key);
  return metric;
}

export function checkParam({ key, value }: KeyValue, path = ''): KeyValue {
  checkLength(checkKey(key, below(path, 'key')), 'Param key', limits.key);
  return { key, value: truncate(value, limits.param) };
}

export function checkTag({ key, value }: KeyValue, path = ''): KeyValue {
  checkLength(checkKey(key, below(path, 'key')), below(path, 'key'), limits.key);
  if (key === runNameTag) checkRunName(value);
  return { key, value: truncate(value, limits.tag) };
}

export const checkRunName = (name: string) => checkColumn(name, 'run_name', columns.runName);

/** MLflow looks at no name of the tags that come with a new run. */
export function checkNewTag({ key, value }: KeyValue): KeyValue {
  return { key: checkColumn(key, 'key', columns.tagKey), value: truncate(value, limits.tag) };
}

export function checkBatch({ metrics, params, tags }: Batch): Batch {
  const checked = {
    metrics: metrics.map((metric, index) => checkMetric(metric, `metrics[${index}]`)),
    params: params.map((param, index) => checkParam(param, `params[${index}]`)),
    tags: tags.map((tag, index) => checkTag(tag, `tags[${index}]`)),
  };
  checkCount('metrics', metrics.length);
  checkCount('params', params.length);
  checkCount('tags', tags.length);
  checkCount('metrics, params, and tags', metrics.length + params.length + tags.length);
  const keys = new Set<string>();
  const duplicates = params.filter(({ key }) => keys.size === keys.add(key).size);
  if (duplicates.length > 0)
    throw invalid(
      `Duplicate parameter keys have been submitted: [${duplicates.map(({ key }) => `'${key}'`).join(', ')}]. ` +
        'Please ensure the request contains only one param value per param key.',
    );
  return checked;
}

const below = (path: string, field: string) => (path === '' ? field : `${path}.${field}`);

function checkCount(what: keyof typeof most, count: number): void {
  if (count > most[what])
    throw invalid(
      `A batch logging request can contain at most ${most[what]} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    );
}
