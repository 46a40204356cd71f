import { z } from 'zod';
import type { Http } from '../../kit/http';
import { type KeyValue, viewType } from '../protocol/entities';
import { alreadyExists } from '../protocol/errors';
import { checkColumn, checkKey, checkLength, columns, limits } from '../protocol/names';
import { pagingFields, pagingOf } from '../protocol/pages';
import { list, repeated, required, text } from '../protocol/values';
import { checkArtifactLocation } from './artifact-location';
import { checkCustomViews, isCustomView } from './custom-views';
import type { Experiment, ExperimentStore } from './store';

const tag = z.object({ key: required(), value: text().transform((value) => value ?? '') });
const ref = z.object({ experiment_id: required() });
const search = z.object({ ...pagingFields, filter: text(), order_by: list(z.string()), view_type: viewType() });

export function addExperiments(routes: Http, store: ExperimentStore): void {
  const newExperiment = z.object({ name: required(), artifact_location: text(), tags: list(tag) });
  routes.post('/experiments/create', { schema: { body: newExperiment } }, async ({ body }) => {
    const { artifact_location: location } = body;
    const id = await store.create({
      name: checkName(body.name),
      artifactLocation: location ? checkArtifactLocation(location) : undefined,
      tags: checkTags(body.tags),
    });
    return { experiment_id: id };
  });

  routes.get('/experiments/get', { schema: { querystring: ref } }, async ({ query }) => ({
    experiment: toJson(await store.get(query.experiment_id)),
  }));

  const byName = z.object({ experiment_name: required() });
  routes.get('/experiments/get-by-name', { schema: { querystring: byName } }, async ({ query }) => ({
    experiment: toJson(await store.getByName(query.experiment_name)),
  }));

  routes.post('/experiments/update', { schema: { body: ref.extend({ new_name: required() }) } }, async ({ body }) => {
    await store.rename(body.experiment_id, checkName(body.new_name));
    return {};
  });

  routes.post('/experiments/delete', { schema: { body: ref } }, async ({ body }) => {
    await store.moveTo('deleted', body.experiment_id);
    return {};
  });

  routes.post('/experiments/restore', { schema: { body: ref } }, async ({ body }) => {
    await store.moveTo('active', body.experiment_id);
    return {};
  });

  routes.post('/experiments/set-experiment-tag', { schema: { body: tag.extend(ref.shape) } }, async ({ body }) => {
    await store.setTag(body.experiment_id, checkTag({ key: body.key, value: body.value }));
    return {};
  });

  const oldTag = ref.extend({ key: required() });
  routes.post('/experiments/delete-experiment-tag', { schema: { body: oldTag } }, async ({ body }) => {
    await store.deleteTag(body.experiment_id, body.key);
    return {};
  });

  routes.post('/experiments/search', { schema: { body: search } }, ({ body }) => found(body));
  const query = search.extend({ order_by: repeated(z.string()) });
  routes.get('/experiments/search', { schema: { querystring: query } }, ({ query }) => found(query));

  async function found(request: z.output<typeof search>) {
    const { filter = '', order_by: orderBy, view_type: view } = request;
    const page = await store.search({ filter, orderBy, view, ...pagingOf(request) });
    return { experiments: page.items.map(toJson), next_page_token: page.nextPageToken };
  }
}

const checkName = (name: string) =>
  checkColumn(checkLength(name, 'name', limits.experimentName), 'name', columns.experimentName);

function checkTags(tags: readonly KeyValue[]): KeyValue[] {
  const keys = new Set<string>();
  const twice = tags.find(({ key }) => keys.size === keys.add(key).size);
  if (twice !== undefined) throw alreadyExists(`The tag '${twice.key}' is given twice`);
  checkCustomViews(tags.filter(isCustomView).length);
  return tags.map(checkTag);
}

function checkTag({ key, value }: KeyValue): KeyValue {
  checkLength(checkKey(key, 'key'), 'key', limits.key);
  return { key, value: checkLength(value, 'value', limits.experimentTag) };
}

const toJson = (experiment: Experiment) => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: experiment.artifactLocation,
  lifecycle_stage: experiment.lifecycleStage,
  creation_time: experiment.creationTime,
  last_update_time: experiment.lastUpdateTime,
  // MLflow's only one where workspaces are off.
  workspace: 'default',
  tags: experiment.tags,
});
