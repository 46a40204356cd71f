import { z } from 'zod';
import type { Http } from '../../kit/http';
import type { Entry, ObjectStore } from '../../kit/object-store';
import { invalid } from '../protocol/errors';
import { missingText, text } from '../protocol/values';
import type { RunStore } from '../runs/store';
import { below, folderOf, withoutEndSlash } from './locations';

/** What lies in the folder of a run; paths are relative to that folder. */
export function addArtifactList(routes: Http, runs: Pick<RunStore, 'get'>, artifacts: ObjectStore): void {
  const query = z.object({ run_id: text(), run_uuid: text(), path: text() });
  routes.get('/artifacts/list', { schema: { querystring: query } }, async ({ query: { run_id, run_uuid, path } }) => {
    const id = run_id || run_uuid;
    if (!id) throw invalid(missingText('run_id'));
    const run = await runs.get(id);
    return filesBelow(artifacts, run.artifactUri, path);
  });
}

/** One folder below an artifact URI; '' and `undefined` mean the URI itself. */
export async function filesBelow(artifacts: Pick<ObjectStore, 'list'>, uri: string, path: string | undefined) {
  const folder = withoutEndSlash(path ?? '');
  const entries = await artifacts.list(below(folderOf(uri), folder));
  return { root_uri: uri, files: entries.map((entry) => toJson(entry, below(folder, entry.name))) };
}

export const toJson = (entry: Entry, path: string) => ({ path, is_dir: entry.isFolder, file_size: entry.size });
