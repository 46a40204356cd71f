import { z } from 'zod';
import type { Http } from '../../kit/http';
import { viewType } from '../protocol/entities';
import { badRequest } from '../protocol/errors';
import { pagingFields, pagingOf } from '../protocol/pages';
import { enumeration, int64, list, optional, required, text } from '../protocol/values';
import { checkNewTag, checkRunName } from './checks';
import { idOf, keyValue, runRef } from './fields';
import { infoToJson, runToJson } from './json';
import { nameRun } from './name';
import { type RunStore, runStatuses } from './store';

export function addRuns(routes: Http, store: RunStore): void {
  const newRun = z.object({
    experiment_id: text(),
    user_id: text(),
    run_name: text(),
    start_time: optional(int64()),
    tags: list(keyValue),
  });
  routes.post('/runs/create', { schema: { body: newRun } }, async ({ body }) => {
    if (new Set(body.tags.map(({ key }) => key)).size < body.tags.length)
      throw badRequest('A tag is given twice for a new run');
    const { name, tags } = nameRun(body.run_name, body.tags.map(checkNewTag));
    checkRunName(name);
    const [experimentId, userId] = [body.experiment_id || '0', body.user_id ?? ''];
    return {
      run: runToJson(await store.create({ experimentId, userId, startTime: body.start_time ?? 0, name, tags })),
    };
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
      name: body.run_name && checkRunName(body.run_name),
    });
    return { run_info: infoToJson(changed) };
  });

  const ref = z.object({ run_id: required() });
  routes.post('/runs/delete', { schema: { body: ref } }, async ({ body }) => {
    await store.moveTo('deleted', body.run_id);
    return {};
  });

  routes.post('/runs/restore', { schema: { body: ref } }, async ({ body }) => {
    await store.moveTo('active', body.run_id);
    return {};
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
