import { z } from 'zod';
import type { Http } from '../../kit/http';
import { viewType } from '../protocol/entities';
import { checkKey, checkLength, limits } from '../protocol/names';
import { pagingFields, pagingOf } from '../protocol/pages';
import { list, repeated, required, text } from '../protocol/values';
import type { Experiment, ExperimentStore } from './store';

const tag = z.object({ key: required(), value: text().transform((value) => value ?? '') });
const search = z.object({ ...pagingFields, filter: text(), order_by: list(z.string()), view_type: viewType() });

export function addExperiments(routes: Http, store: ExperimentStore): void {
  const newExperiment = z.object({ name: required(), artifact_location: text(), tags: list(tag) });
  routes.post('/experiments/create', { schema: { body: newExperiment } }, async ({ body }) => {
    checkLength(body.name, 'name', limits.experimentName);
    for (const { key, value } of body.tags) {
      checkLength(checkKey(key, 'key'), 'key', limits.key);
      checkLength(value, 'value', limits.experimentTag);
    }
    const id = await store.create({
      name: body.name,
      artifactLocation: body.artifact_location || undefined,
      tags: body.tags,
    });
    return { experiment_id: id };
  });

  routes.get(
    '/experiments/get',
    { schema: { querystring: z.object({ experiment_id: required() }) } },
    async ({ query }) => ({
      experiment: toJson(await store.get(query.experiment_id)),
    }),
  );

  const byName = z.object({ experiment_name: required() });
  routes.get('/experiments/get-by-name', { schema: { querystring: byName } }, async ({ query }) => ({
    experiment: toJson(await store.getByName(query.experiment_name)),
  }));

  routes.post('/experiments/search', { schema: { body: search } }, ({ body }) => found(body));
  const query = search.extend({ order_by: repeated(z.string()) });
  routes.get('/experiments/search', { schema: { querystring: query } }, ({ query }) => found(query));

  async function found(request: z.output<typeof search>) {
    const { filter = '', order_by: orderBy, view_type: view } = request;
    const page = await store.search({ filter, orderBy, view, ...pagingOf(request) });
    return { experiments: page.items.map(toJson), next_page_token: page.nextPageToken };
  }
}

const toJson = (experiment: Experiment) => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: experiment.artifactLocation,
  lifecycle_stage: experiment.lifecycleStage,
  creation_time: experiment.creationTime,
  last_update_time: experiment.lastUpdateTime,
  tags: experiment.tags,
});
