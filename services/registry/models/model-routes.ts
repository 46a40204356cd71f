import { z } from 'zod';
import type { Http } from '../../kit/http';
import { pagingFields, pagingOf } from '../protocol/pages';
import { list, repeated, required, text } from '../protocol/values';
import { modelToJson, versionToJson } from './json';
import { checkColumn, checkModelName, checkNewName, checkTag, checkTagKey, checkTags } from './names';
import { stageOf, stages } from './stages';
import type { ModelStore } from './store';

/** Results of one page (mlflow 3.17.2, store/model_registry/__init__.py). */
const results = { byDefault: 100, atMost: 1000 };

const tagValue = text().transform((value) => value ?? '');
/** An empty key is refused with the others that are no names, in MLflow's words. */
export const tagList = list(z.object({ key: tagValue, value: tagValue }));
const model = z.object({ name: required() });

export function addModels(routes: Http, store: ModelStore): void {
  const newModel = model.extend({ tags: tagList, description: text() });
  routes.post('/registered-models/create', { schema: { body: newModel } }, async ({ body }) => {
    const [name, tags] = [checkNewName(body.name), checkTags(body.tags)];
    const description = body.description && checkColumn(body.description, 'description');
    return { registered_model: modelToJson(await store.create({ name, tags, description })) };
  });

  routes.get('/registered-models/get', { schema: { querystring: model } }, async ({ query }) => ({
    registered_model: modelToJson(await store.get(checkModelName(query.name))),
  }));

  const rename = model.extend({ new_name: required() });
  routes.post('/registered-models/rename', { schema: { body: rename } }, async ({ body }) => {
    const newName = checkNewName(body.new_name, 'new_name');
    return { registered_model: modelToJson(await store.rename(checkModelName(body.name), newName)) };
  });

  const change = model.extend({ description: text() });
  routes.patch('/registered-models/update', { schema: { body: change } }, async ({ body }) => {
    const description = checkColumn(body.description ?? '', 'description');
    return { registered_model: modelToJson(await store.update(checkModelName(body.name), description)) };
  });

  routes.delete('/registered-models/delete', { schema: { body: model } }, async ({ body }) => {
    await store.delete(checkModelName(body.name));
    return {};
  });

  const search = z.object({ ...pagingFields, filter: text(), order_by: repeated(z.string()) });
  routes.get('/registered-models/search', { schema: { querystring: search } }, async ({ query }) => {
    const { filter = '', order_by: orderBy } = query;
    const page = await store.search({ filter, orderBy, ...pagingOf(query, results.byDefault, results.atMost) });
    return { registered_models: page.items.map(modelToJson), next_page_token: page.nextPageToken };
  });

  const latest = model.extend({ stages: list(z.string()) });
  routes.post('/registered-models/get-latest-versions', { schema: { body: latest } }, ({ body }) => newest(body));
  const query = model.extend({ stages: repeated(z.string()) });
  routes.get('/registered-models/get-latest-versions', { schema: { querystring: query } }, ({ query }) =>
    newest(query),
  );

  routes.post(
    '/registered-models/set-tag',
    { schema: { body: model.extend({ key: required(), value: tagValue }) } },
    async ({ body: { name, key, value } }) => {
      await store.setTag(checkModelName(name), checkTag({ key, value }));
      return {};
    },
  );

  routes.delete(
    '/registered-models/delete-tag',
    { schema: { body: model.extend({ key: required() }) } },
    async ({ body }) => {
      await store.deleteTag(checkModelName(body.name), checkTagKey(body.key));
      return {};
    },
  );

  async function newest({ name, stages: asked }: z.output<typeof latest>) {
    const wanted = asked.length > 0 ? asked.map(stageOf) : stages;
    const versions = await store.latestVersions(checkModelName(name), [...new Set(wanted)]);
    return { model_versions: versions.map(versionToJson) };
  }
}
