import { z } from 'zod';
import type { Http } from '../../kit/http';
import { pagingFields, pagingOf } from '../protocol/pages';
import { optional, repeated, required, text } from '../protocol/values';
import { createVersion } from './create-version';
import { versionToJson } from './json';
import { tagList } from './model-routes';
import { checkColumn, checkModelName, checkTag, checkTagKey, versionOf } from './names';
import { checkArchives, stageOf } from './stages';
import type { ModelRegistry } from './store';

/** Results of one page (mlflow 3.17.2, store/model_registry/__init__.py and the protocol's own default). */
const most = 200_000;

const ref = z.object({ name: required(), version: required() });

/** The version of a request: its name and its number. */
function refOf({ name, version }: { name: string; version: string }): [name: string, version: number] {
  return [checkModelName(name), versionOf(name, version)];
}

export function addVersions(routes: Http, registry: ModelRegistry): void {
  const store = registry.versions;
  const newVersion = z.object({
    name: required(),
    source: required(),
    run_id: text(),
    run_link: text(),
    model_id: text(),
    description: text(),
    tags: tagList,
  });
  routes.post('/model-versions/create', { schema: { body: newVersion } }, async ({ body }) => ({
    model_version: versionToJson(await createVersion(body, registry)),
  }));

  routes.get('/model-versions/get', { schema: { querystring: ref } }, async ({ query }) => ({
    model_version: versionToJson(await store.get(...refOf(query))),
  }));

  const change = ref.extend({ description: text() });
  routes.patch('/model-versions/update', { schema: { body: change } }, async ({ body }) => {
    const { description } = body;
    if (description !== undefined) checkColumn(description, 'description');
    return { model_version: versionToJson(await store.update(...refOf(body), description)) };
  });

  routes.delete('/model-versions/delete', { schema: { body: ref } }, async ({ body }) => {
    await store.delete(...refOf(body));
    return {};
  });

  const search = z.object({ ...pagingFields, filter: text(), order_by: repeated(z.string()) });
  routes.get('/model-versions/search', { schema: { querystring: search } }, async ({ query }) => {
    const { filter = '', order_by: orderBy } = query;
    const page = await store.search({ filter, orderBy, ...pagingOf(query, most, most) });
    return { model_versions: page.items.map(versionToJson), next_page_token: page.nextPageToken };
  });

  const transition = ref.extend({ stage: required(), archive_existing_versions: optional(z.boolean()) });
  routes.post('/model-versions/transition-stage', { schema: { body: transition } }, async ({ body }) => {
    const { archive_existing_versions: archive = false } = body;
    if (archive) checkArchives(body.stage);
    const stage = stageOf(body.stage);
    return { model_version: versionToJson(await store.transition(...refOf(body), stage, archive)) };
  });

  routes.get('/model-versions/get-download-uri', { schema: { querystring: ref } }, async ({ query }) => ({
    artifact_uri: (await store.origin(...refOf(query))).storageLocation,
  }));

  const tag = ref.extend({ key: required(), value: text() });
  routes.post('/model-versions/set-tag', { schema: { body: tag } }, async ({ body }) => {
    await store.setTag(...refOf(body), checkTag({ key: body.key, value: body.value ?? '' }));
    return {};
  });

  routes.delete(
    '/model-versions/delete-tag',
    { schema: { body: ref.extend({ key: required() }) } },
    async ({ body }) => {
      await store.deleteTag(...refOf(body), checkTagKey(body.key));
      return {};
    },
  );
}
