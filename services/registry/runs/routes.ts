import { z } from 'zod';
import type { Http } from '../../kit/http';
import { viewType } from '../protocol/entities';
import { invalid } from '../protocol/errors';
import { pagingFields, pagingOf } from '../protocol/pages';
import { double, enumeration, int64, list, missingText, optional, required, text } from '../protocol/values';
import { checkBatch } from './batch-limits';
import { infoToJson, metricToJson, runToJson } from './json';
import { nameRun } from './name';
import { type RunStore, runStatuses } from './store';

/** `run_uuid` is what very old clients call it. */
const runRef = { run_id: text(), run_uuid: text() };
function idOf(request: { run_id?: string | undefined; run_uuid?: string | undefined }): string {
  const id = request.run_id || request.run_uuid;
  if (!id) throw invalid(missingText('run_id'));
  return id;
}

const keyValue = z.object({ key: required(), value: text().transform((value) => value ?? '') });
const metric = z.object({
  key: required(),
  value: double(),
  timestamp: int64(),
  step: optional(int64()).transform((step) => step ?? 0),
});
const empty = { metrics: [], params: [], tags: [] };

export function addRuns(routes: Http, store: RunStore): void {
  const newRun = z.object({
    experiment_id: text(),
    user_id: text(),
    run_name: text(),
    start_time: optional(int64()),
    tags: list(keyValue),
  });
  routes.post('/runs/create', { schema: { body: newRun } }, async ({ body }) => {
    const { name, tags } = nameRun(body.run_name, checkBatch({ ...empty, tags: body.tags }).tags);
    const asked = { experimentId: body.experiment_id || '0', userId: body.user_id ?? '', startTime: body.start_time };
    return { run: runToJson(await store.create({ ...asked, name, tags })) };
  });

  routes.get('/runs/get', { schema: { querystring: z.object(runRef) } }, async ({ query }) => ({
    run: runToJson(await store.get(idOf(query))),
  }));

  const change = z.object({
    ...runRef,
    status: optional(enumeration(runStatuses)),
    end_time: optional(int64()),
    run_name: text(),
  });
  routes.post('/runs/update', { schema: { body: change } }, async ({ body }) => {
    const changed = await store.update(idOf(body), {
      status: body.status,
      endTime: body.end_time,
      name: body.run_name,
    });
    return { run_info: infoToJson(changed) };
  });

  const batch = z.object({ ...runRef, metrics: list(metric), params: list(keyValue), tags: list(keyValue) });
  routes.post('/runs/log-batch', { schema: { body: batch } }, async ({ body }) => {
    await store.logBatch(idOf(body), checkBatch(body));
    return {};
  });

  routes.post('/runs/log-metric', { schema: { body: metric.extend(runRef) } }, async ({ body }) => {
    const { key, value, timestamp, step } = body;
    await store.logBatch(idOf(body), checkBatch({ ...empty, metrics: [{ key, value, timestamp, step }] }));
    return {};
  });

  routes.post('/runs/log-parameter', { schema: { body: keyValue.extend(runRef) } }, async ({ body }) => {
    await store.logBatch(idOf(body), checkBatch({ ...empty, params: [{ key: body.key, value: body.value }] }));
    return {};
  });

  routes.post('/runs/set-tag', { schema: { body: keyValue.extend(runRef) } }, async ({ body }) => {
    await store.logBatch(idOf(body), checkBatch({ ...empty, tags: [{ key: body.key, value: body.value }] }));
    return {};
  });

  const history = z.object({ ...runRef, metric_key: required(), ...pagingFields });
  routes.get('/metrics/get-history', { schema: { querystring: history } }, async ({ query }) => {
    const paging = query.max_results === undefined && !query.page_token ? undefined : pagingOf(query);
    const page = await store.history(idOf(query), query.metric_key, paging);
    return { metrics: page.items.map(metricToJson), next_page_token: page.nextPageToken };
  });

  const search = z.object({
    ...pagingFields,
    experiment_ids: list(z.string()),
    filter: text(),
    run_view_type: viewType(),
    order_by: list(z.string()),
  });
  routes.post('/runs/search', { schema: { body: search } }, async ({ body }) => {
    const { experiment_ids: experimentIds, filter = '', order_by: orderBy, run_view_type: view } = body;
    const page = await store.search({ experimentIds, filter, orderBy, view, ...pagingOf(body) });
    return { runs: page.items.map(runToJson), next_page_token: page.nextPageToken };
  });
}
