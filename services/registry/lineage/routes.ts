import { z } from 'zod';
import type { Http } from '../../kit/http';
import type { ObjectStore } from '../../kit/object-store';
import { folderOf } from '../artifacts/locations';
import { checkModelName, versionOf } from '../models/names';
import { uriOf } from '../models/uri';
import { pagingFields, pagingOf } from '../protocol/pages';
import { repeated } from '../protocol/values';
import { lineageOf } from './lineage';
import { inventory, lineage } from './schema';
import type { LineageStore, Making } from './store';

/** Our own API: what made a version, and which versions are in use. */
export function addLineage(app: Http, store: LineageStore, artifacts: Pick<ObjectStore, 'list'>): void {
  const params = z.object({ name: z.string(), version: z.string() });
  const answer = { params, response: { 200: lineage } };
  app.get('/api/v1/lineage/models/:name/versions/:version', { schema: answer }, async ({ params }) => {
    const name = checkModelName(params.name);
    const making = await store.making(name, versionOf(name, params.version));
    const uri = artifactUriOf(making);
    return lineageOf(making, uri, await filesAt(uri));
  });

  const querystring = z.object({ alias: repeated(z.string()), ...pagingFields });
  const found = { querystring, response: { 200: inventory } };
  app.get('/api/v1/inventory/models', { schema: found }, async ({ query }) => {
    const page = await store.inventory({ aliases: query.alias, ...pagingOf(query) });
    return { models: page.items, next_page_token: page.nextPageToken };
  });

  async function filesAt(uri: string): Promise<string[]> {
    if (uriOf(uri).scheme !== 'mlflow-artifacts') return [];
    const entries = await artifacts.list(folderOf(uri).replace(/\/+/g, '/'));
    return entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  }
}

/** `runs:/<id>/model` lies in the folder of that run. */
function artifactUriOf({ storageLocation, run }: Making): string {
  const { scheme, path } = uriOf(storageLocation);
  if (scheme !== 'runs' || run === undefined) return storageLocation.replace(/\/+$/, '');
  const [, , ...rest] = path.split('/');
  return [run.artifactUri, ...rest].join('/').replace(/\/+$/, '');
}
