import type { KeyValue } from '../protocol/entities';
import { checkColumn, checkModelName, checkTags } from './names';
import { isPrompt } from './prompts';
import { promptOrigin, resolveOrigin } from './source';
import type { ModelRegistry, ModelVersion } from './store';

/** As MLflow spells it. */
export interface VersionRequest {
  readonly name: string;
  readonly source: string;
  readonly run_id: string | undefined;
  readonly run_link: string | undefined;
  readonly model_id: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly KeyValue[];
}

/** Checks a new version as MLflow does, in its order, and writes it. Its artifacts are not looked at. */
export async function createVersion(request: VersionRequest, registry: ModelRegistry): Promise<ModelVersion> {
  const asked = { source: request.source, runId: request.run_id, loggedModelId: request.model_id };
  const origin = isPrompt(request.tags) ? promptOrigin(asked) : await resolveOrigin(asked, registry);
  checkModelName(request.name);
  const tags = checkTags(request.tags);
  const { run_link: runLink = '', description = '' } = request;
  checkColumn(origin.source, 'source');
  checkColumn(origin.runId, 'run_id');
  checkColumn(runLink, 'run_link');
  checkColumn(description, 'description');
  return registry.versions.create({ ...origin, name: request.name, runLink, description, tags });
}
