import { z } from 'zod';
import type { Http } from '../../kit/http';
import { list, required } from '../protocol/values';
import { checkBatch, checkMetric, checkParam, checkTag } from './checks';
import { idOf, keyValue, metric, runRef, toMetric, wellFormed } from './fields';
import { historyEntry } from './model-history';
import type { RunLog } from './store';

const ref = z.object({ run_id: required() });
const none = { metrics: [], params: [], tags: [] };

/** What a client writes while its run goes on. */
export function addRunLog(routes: Http, log: RunLog): void {
  const batch = z.object({ ...runRef, metrics: list(metric), params: list(keyValue), tags: list(keyValue) });
  routes.post('/runs/log-batch', { schema: { body: batch } }, async ({ body }) => {
    const { metrics, params, tags } = body;
    await log.logBatch(wellFormed(idOf(body)), checkBatch({ metrics: metrics.map(toMetric), params, tags }));
    return {};
  });

  routes.post('/runs/log-metric', { schema: { body: metric.extend(runRef) } }, async ({ body }) => {
    await log.logBatch(idOf(body), { ...none, metrics: [checkMetric(toMetric(body))] });
    return {};
  });

  routes.post('/runs/log-parameter', { schema: { body: keyValue.extend(runRef) } }, async ({ body }) => {
    await log.logParam(idOf(body), checkParam({ key: body.key, value: body.value }));
    return {};
  });

  routes.post('/runs/set-tag', { schema: { body: keyValue.extend(runRef) } }, async ({ body }) => {
    await log.logBatch(idOf(body), { ...none, tags: [checkTag({ key: body.key, value: body.value })] });
    return {};
  });

  routes.post('/runs/delete-tag', { schema: { body: ref.extend({ key: required() }) } }, async ({ body }) => {
    await log.deleteTag(body.run_id, body.key);
    return {};
  });

  routes.post('/runs/log-model', { schema: { body: ref.extend({ model_json: required() }) } }, async ({ body }) => {
    await log.recordModel(body.run_id, historyEntry(body.model_json));
    return {};
  });
}
