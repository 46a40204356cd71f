import { invalid } from '../protocol/errors';
import { checkKey, checkLength, limits, truncate } from '../protocol/names';
import type { Batch } from './store';

/** Most items of one log-batch request. */
const most = { metrics: 1000, params: 100, tags: 100, 'metrics, params, and tags': 1000 };

/** Refuses what MLflow refuses, in its words; cuts long values as it does. */
export function checkBatch({ metrics, params, tags }: Batch): Batch {
  checkCount('metrics', metrics.length);
  checkCount('params', params.length);
  checkCount('tags', tags.length);
  checkCount('metrics, params, and tags', metrics.length + params.length + tags.length);
  const duplicates = params.map(({ key }) => key).filter((key, index, keys) => keys.indexOf(key) < index);
  if (duplicates.length > 0)
    throw invalid(
      `Duplicate parameter keys have been submitted: [${duplicates.map((key) => `'${key}'`).join(', ')}]. ` +
        'Please ensure the request contains only one param value per param key.',
    );
  for (const [index, { key, timestamp }] of metrics.entries()) {
    checkLength(checkKey(key, `metrics[${index}].name`), 'Metric name', limits.key);
    if (timestamp < 0)
      throw invalid(
        `Invalid value ${timestamp} for parameter 'metrics[${index}].timestamp' supplied: Timestamp must be a nonnegative long (64-bit integer)`,
      );
  }
  return {
    metrics,
    params: params.map(({ key, value }, index) => ({
      key: checkLength(checkKey(key, `params[${index}].key`), 'Param key', limits.key),
      value: truncate(value, limits.param),
    })),
    tags: tags.map(({ key, value }, index) => ({
      key: checkLength(checkKey(key, `tags[${index}].key`), `tags[${index}].key`, limits.key),
      value: truncate(value, limits.tag),
    })),
  };
}

function checkCount(what: keyof typeof most, count: number): void {
  if (count > most[what])
    throw invalid(
      `A batch logging request can contain at most ${most[what]} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    );
}
