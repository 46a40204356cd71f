import { z } from 'zod';
import type { Http } from '../../kit/http';
import { required } from '../protocol/values';
import { versionToJson } from './json';
import { checkAlias, checkModelName, checkNewAlias, versionOf } from './names';
import type { AliasStore } from './store';

const ref = z.object({ name: required(), alias: required() });

export function addAliases(routes: Http, store: AliasStore): void {
  routes.post(
    '/registered-models/alias',
    { schema: { body: ref.extend({ version: required() }) } },
    async ({ body: { name, alias, version } }) => {
      await store.set(checkModelName(name), checkNewAlias(alias), versionOf(name, version));
      return {};
    },
  );

  routes.delete('/registered-models/alias', { schema: { body: ref } }, async ({ body: { name, alias } }) => {
    await store.delete(checkModelName(name), checkAlias(alias));
    return {};
  });

  routes.get('/registered-models/alias', { schema: { querystring: ref } }, async ({ query: { name, alias } }) => ({
    model_version: versionToJson(await store.get(checkModelName(name), checkAlias(alias))),
  }));
}
