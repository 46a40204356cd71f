import { z } from 'zod';
import type { Http } from '../../kit/http';
import type { ObjectStore } from '../../kit/object-store';
import { filesBelow } from '../artifacts/list';
import { invalid } from '../protocol/errors';
import { required, text } from '../protocol/values';
import { randomName } from '../runs/name';
import { checkKeys, checkModelName, checkText } from './checks';
import { finalized, newModel, newParams, newTags } from './fields';
import { modelToJson } from './json';
import { addLoggedModelSearch } from './search-route';
import type { LoggedModelStore } from './store';

const ref = z.object({ model_id: z.string() });

/** Models as MLflow 3 logs them: made before their files, ready when these are there. */
export function addLoggedModels(routes: Http, store: LoggedModelStore, artifacts: ObjectStore): void {
  routes.post('/logged-models', { schema: { body: newModel } }, async ({ body }) => {
    const model = await store.create({
      experimentId: body.experiment_id,
      name: body.name === '' ? randomName() : checkModelName(body.name),
      modelType: checkText(body.model_type, 'model_type'),
      sourceRunId: checkText(body.source_run_id, 'source_run_id'),
      params: checkKeys(body.params, 'param'),
      tags: checkKeys(body.tags, 'tag'),
    });
    return { model: modelToJson(model) };
  });

  addLoggedModelSearch(routes, store);

  const get = { params: ref, querystring: z.object({ allow_deleted: text() }) };
  routes.get('/logged-models/:model_id', { schema: get }, async ({ params, query }) => {
    const deletedToo = query.allow_deleted?.toLowerCase() === 'true';
    return { model: modelToJson(await store.get(params.model_id, { deletedToo })) };
  });

  routes.patch('/logged-models/:model_id', { schema: { params: ref, body: finalized } }, async ({ params, body }) => ({
    model: modelToJson(await store.finalize(sameModel(params.model_id, body.model_id), body.status)),
  }));

  routes.delete('/logged-models/:model_id', { schema: { params: ref } }, async ({ params }) => {
    await store.delete(params.model_id);
    return {};
  });

  routes.patch(
    '/logged-models/:model_id/tags',
    { schema: { params: ref, body: newTags } },
    async ({ params, body }) => {
      for (const { key } of body.tags) checkText(key, 'key');
      await store.setTags(params.model_id, body.tags);
      return {};
    },
  );

  const tag = ref.extend({ tag_key: required() });
  routes.delete('/logged-models/:model_id/tags/:tag_key', { schema: { params: tag } }, async ({ params }) => {
    await store.deleteTag(params.model_id, params.tag_key);
    return {};
  });

  const log = { params: ref, body: newParams };
  routes.post('/logged-models/:model_id/params', { schema: log }, async ({ params, body }) => {
    await store.logParams(sameModel(params.model_id, body.model_id), checkKeys(body.params, 'param'));
    return {};
  });

  const folder = { params: ref, querystring: z.object({ artifact_directory_path: text() }) };
  routes.get('/logged-models/:model_id/artifacts/directories', { schema: folder }, async ({ params, query }) =>
    filesBelow(artifacts, await store.artifactUri(params.model_id), query.artifact_directory_path),
  );
}

/** Who looks at one of them must see what the handler acts on. */
function sameModel(inPath: string, inBody: string): string {
  if (inPath !== inBody)
    throw invalid(
      `Request specifies model '${inPath}' in its path and '${inBody}' in its body; provide only one of them.`,
    );
  return inPath;
}
