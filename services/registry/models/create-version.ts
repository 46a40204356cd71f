import type { KeyValue } from '../protocol/entities';
import { checkDescription, checkModelName, checkOrigin, checkTags } from './names';
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
  const version = {
    ...origin,
    name: checkModelName(request.name),
    runLink: request.run_link ?? '',
    description: checkDescription(request.description ?? ''),
    tags: checkTags(request.tags),
  };
  checkOrigin(version);
  return registry.versions.create(version);
}
