import { invalid, notFound } from '../protocol/errors';
import { versionOf } from './names';
import { isPrompt, promptSources } from './prompts';
import { stageOf, stages } from './stages';
import type { ModelRegistry, ModelVersion, Sources } from './store';
import { checkAbsolute, isLocal, isWithin, isWithinFolder, type ModelUri, modelUriOf, uriOf } from './uri';

/** What a client says a version is made from. A run or a model is absent, not '', where it said nothing. */
export interface Origin {
  readonly source: string;
  readonly runId: string | undefined;
  readonly loggedModelId: string | undefined;
}

export interface ResolvedOrigin {
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string;
  readonly loggedModelId: string | undefined;
}

/** Schemes whose URIs name a host that servers would connect to (mlflow 3.17.2, store/artifact/host_policy.py). */
const hostSchemes = ['ftp', 'sftp', 'hdfs', 'viewfs', 'http', 'https', 'mlflow-artifacts', 'r2', 'b2', 'abfss'];

/** Versions of prompts have a placeholder for a source, nothing else. */
export function promptOrigin({ source, runId, loggedModelId }: Origin): ResolvedOrigin {
  if (!promptSources.includes(source))
    throw invalid(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
  return { source, storageLocation: source, runId: runId ?? '', loggedModelId: loggedModelId || undefined };
}

/**
 * Where the artifacts of a new version lie. Refuses a source that leads to what the client did not name: a client could
 * otherwise register, and read as a model, the artifacts of a run of others, or files of a server.
 */
export async function resolveOrigin(origin: Origin, registry: ModelRegistry): Promise<ResolvedOrigin> {
  const { source } = origin;
  const { scheme, authority } = uriOf(source);
  if (hostSchemes.includes(scheme) && !(scheme === 'mlflow-artifacts' && authority === ''))
    throw invalid(
      `'source' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other than the tracking server's ` +
        'configured artifact storage, so the server would connect to the host named in the URI.',
    );
  const uri = scheme === 'models' ? modelUriOf(source) : undefined;
  if (scheme === 'models') {
    if (authority !== '') throw refused(source, 'Registered model sources must use the active model registry.');
    if (uri === undefined) throw unidentified(source, 'model_id');
    if ('name' in uri) return ofVersion(origin, uri, registry);
  }
  if (origin.loggedModelId) return ofLoggedModel(origin, origin.loggedModelId, registry.sources);
  if (uri !== undefined) throw unidentified(source, 'model_id');
  return ofRun(origin, registry.sources);
}

/** A copy of a version: it keeps the run that the version came from. */
async function ofVersion(
  { source, runId, loggedModelId }: Origin,
  uri: Extract<ModelUri, { name: string }>,
  registry: ModelRegistry,
): Promise<ResolvedOrigin> {
  const model = await registry.models.get(uri.name);
  if (isPrompt(model.tags)) throw refused(source, 'Prompt versions cannot be used as model version sources.');
  const { name, version, runId: itsRun } = await versionAt(uri, registry);
  const details = await registry.versions.origin(name, version);
  if ((runId ?? itsRun) !== itsRun || (loggedModelId && loggedModelId !== details.loggedModelId))
    throw refused(source, 'The run_id and model_id request parameters must match the referenced model version.');
  return { source: `models:/${name}/${version}`, ...details, runId: itsRun };
}

async function versionAt(
  uri: Extract<ModelUri, { name: string }>,
  { models, versions, aliases }: ModelRegistry,
): Promise<ModelVersion> {
  if ('version' in uri) return versions.get(uri.name, versionOf(uri.name, uri.version));
  if ('alias' in uri) return aliases.get(uri.name, uri.alias);
  const wanted = uri.stage === undefined ? stages : [stageOf(uri.stage)];
  const found = await models.latestVersions(uri.name, wanted);
  const [newest] = found.toSorted((a, b) => b.version - a.version);
  const where = uri.stage === undefined ? '' : ` and stage '${uri.stage}'`;
  if (newest === undefined) throw notFound(`No versions of model with name '${uri.name}'${where} found`);
  return newest;
}

async function ofLoggedModel({ source, runId }: Origin, id: string, sources: Sources): Promise<ResolvedOrigin> {
  const { scheme } = uriOf(source);
  const local = isLocal(source);
  if (!local) checkAbsolute(source);
  const asked = scheme === 'models' ? modelUriOf(source) : undefined;
  if (scheme === 'runs' || (asked && !('loggedModelId' in asked && asked.loggedModelId === id)))
    throw unidentified(source, 'model_id');
  const model = await sources.loggedModel(id);
  if (local || scheme === 'mlflow-artifacts') checkInside(source, model?.artifactUri, 'model_id');
  if (model === undefined) throw notFound(`Logged model with ID '${id}' not found.`);
  return {
    source,
    storageLocation: asked ? model.artifactUri : source,
    runId: runId || model.runId || '',
    loggedModelId: id,
  };
}

async function ofRun({ source, runId = '' }: Origin, sources: Sources): Promise<ResolvedOrigin> {
  const { scheme, authority, path } = uriOf(source);
  const local = isLocal(source);
  if (!local) checkAbsolute(source);
  if (scheme === 'runs' && (authority !== '' || runId === '' || path.split('/')[1] !== runId))
    throw unidentified(source, 'run_id');
  if (local && runId === '') throw outside(source, 'run_id');
  if (local || scheme === 'mlflow-artifacts')
    checkInside(source, runId === '' ? undefined : await sources.runRoot(runId), 'run_id');
  return { source, storageLocation: source, runId, loggedModelId: undefined };
}

function checkInside(source: string, root: string | undefined, parameter: Parameter): void {
  if (root === undefined) throw unidentified(source, parameter);
  const local = isLocal(source);
  const inside = local ? isLocal(root) && isWithinFolder(source, root) : isWithin(source, root);
  if (!inside) throw local ? outside(source, parameter) : unidentified(source, parameter);
}

type Parameter = 'run_id' | 'model_id';

const refused = (source: string, why: string) => invalid(`Invalid model version source: '${source}'. ${why}`);

const unidentified = (source: string, parameter: Parameter) =>
  refused(source, `The ${parameter} request parameter must identify the resource that contains the source.`);

const outside = (source: string, parameter: Parameter) =>
  refused(
    source,
    `To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local ` +
      `path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
  );
