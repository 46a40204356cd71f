import type { ModelVersion, RegisteredModel } from './store';

/** MLflow's spelling; a field that is `undefined` is left out. */
export const versionToJson = (version: ModelVersion) => ({
  name: version.name,
  version: String(version.version),
  creation_timestamp: version.creationTime,
  last_updated_timestamp: version.lastUpdatedTime,
  current_stage: version.stage,
  description: version.description,
  source: version.source,
  run_id: version.runId,
  run_link: version.runLink,
  // Nothing is copied when a version is made: it can be read at once.
  status: 'READY',
  tags: version.tags,
  aliases: version.aliases,
});

export const modelToJson = (model: RegisteredModel) => ({
  name: model.name,
  creation_timestamp: model.creationTime,
  last_updated_timestamp: model.lastUpdatedTime,
  description: model.description || undefined,
  latest_versions: model.latestVersions.map(versionToJson),
  tags: model.tags,
  aliases: model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
});
