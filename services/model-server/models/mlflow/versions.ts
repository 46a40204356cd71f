import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BadVersionError, PassingError } from '../errors';
import type { ModelUri } from '../uri';
import { type MlflowClient, MlflowRefusal } from './client';

/** A version as the registry names it now. */
export interface FoundVersion {
  readonly version: string;
  /** Differs from that of any other version, also of one that had this number before its model was made anew. */
  readonly id: string;
}

const api = '/api/2.0/mlflow';

const versionAnswer = z.object({
  model_version: z.object({
    version: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^\d+$/)),
    creation_timestamp: z.union([z.string(), z.number()]).optional(),
    source: z.string().optional(),
    status: z.string().optional(),
  }),
});
const downloadAnswer = z.object({ artifact_uri: z.string() });
const loggedModelAnswer = z.object({ model: z.object({ info: z.object({ artifact_uri: z.string() }) }) });
const runAnswer = z.object({ run: z.object({ info: z.object({ artifact_uri: z.string() }) }) });

/** Asks the registry which version a URI means, and where its files lie. */
export class MlflowVersions {
  constructor(
    private readonly client: MlflowClient,
    private readonly uri: ModelUri,
  ) {}

  /** @throws PassingError when the registry is away, has no such model, version or alias, or the version is not ready yet */
  async find(cut: AbortSignal): Promise<FoundVersion> {
    const { name, alias, version: wanted = '' } = this.uri;
    const [route, query] =
      alias === undefined
        ? ['/model-versions/get', { name, version: wanted }]
        : ['/registered-models/alias', { name, alias }];
    const answer = await this.client.get(api + route, query, versionAnswer, cut).catch((error) => {
      throw error instanceof MlflowRefusal ? this.absent(error) : error;
    });
    const { version, creation_timestamp, source, status = 'READY' } = answer.model_version;
    if (status !== 'READY')
      throw new PassingError(
        `version ${version} of model '${name}' is ${status} in the registry; wait, or log it again`,
      );
    const parts = [this.client.base, name, version, creation_timestamp, source].join('\n');
    return { version, id: `${version}-${createHash('sha256').update(parts).digest('hex').slice(0, 16)}` };
  }

  /** The folder of a version's files, as a URI that is no reference to another one. */
  async locate(version: string, cut: AbortSignal): Promise<string> {
    try {
      const query = { name: this.uri.name, version };
      const { artifact_uri: uri } = await this.client.get(
        `${api}/model-versions/get-download-uri`,
        query,
        downloadAnswer,
        cut,
      );
      return await this.follow(uri, cut);
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      throw new BadVersionError(`its files cannot be found: ${error.message}`);
    }
  }

  /** Versions of MLflow 3 may name a logged model, those made by hand a run. */
  private async follow(uri: string, cut: AbortSignal): Promise<string> {
    const [, model] = /^models:\/(m-[^/]+)$/.exec(uri) ?? [];
    if (model !== undefined) {
      const path = `${api}/logged-models/${encodeURIComponent(model)}`;
      return (await this.client.get(path, {}, loggedModelAnswer, cut)).model.info.artifact_uri;
    }
    const [, run, path = ''] = /^runs:\/([^/]+)(\/.*)?$/.exec(uri) ?? [];
    if (run === undefined) return uri;
    const { info } = (await this.client.get(`${api}/runs/get`, { run_id: run }, runAnswer, cut)).run;
    return info.artifact_uri.replace(/\/+$/, '') + path;
  }

  private absent(refusal: MlflowRefusal): PassingError {
    const { name, alias, version } = this.uri;
    const advice =
      alias === undefined
        ? 'register it, or serve another version'
        : `set it: MlflowClient().set_registered_model_alias('${name}', '${alias}', VERSION)`;
    const what = alias === undefined ? `version ${version} of model '${name}'` : `alias '${alias}' of model '${name}'`;
    return new PassingError(`the registry has no ${what} (${refusal.message}); ${advice}`);
  }
}
