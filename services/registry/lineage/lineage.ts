import type { KeyValue } from '../protocol/entities';
import type { Lineage } from './schema';
import type { Making, MakingRun } from './store';

/** Who let a version pass: a tag of the version. */
export const approvalTag = 'mlops.approval';

/** Tags of the version or of its run: after the prefix comes the name of the rules, the value is their version. */
const rulePrefixes = { feature: 'mlops.feature.', transformation: 'mlops.transformation.' };

/** Files that MLflow writes beside a model (mlflow 3.17.2, log_model). */
const environmentFiles = ['MLmodel', 'conda.yaml', 'python_env.yaml', 'requirements.txt', 'Dockerfile'];

/** What made a version, in one picture. `files` are the names beside the model. */
export function lineageOf(making: Making, artifactUri: string, files: readonly string[]): Lineage {
  const { version, run } = making;
  const runTags = mapOf(run?.tags ?? []);
  const tags = mapOf(version.tags);
  const both = { ...runTags, ...tags };
  return {
    name: version.name,
    version: String(version.version),
    stage: version.stage,
    aliases: [...version.aliases],
    description: version.description || null,
    tags,
    created: new Date(version.creationTime).toISOString(),
    source: version.source,
    artifact_uri: artifactUri,
    logged_model_id: making.loggedModelId ?? null,
    run_id: version.runId || null,
    run: run === undefined ? null : runOf(run, runTags),
    datasets: run?.datasets ?? [],
    input_models: [...(run?.inputModels ?? [])],
    code: {
      commit: runTags['mlflow.source.git.commit'] ?? null,
      dirty: runTags['mlflow.source.git.dirty']?.toLowerCase() === 'true',
      branch: runTags['mlflow.source.git.branch'] ?? null,
      repository: runTags['mlflow.source.git.repoURL'] ?? null,
      source: runTags['mlflow.source.name'] ?? null,
      entry_point: runTags['mlflow.project.entryPoint'] ?? null,
    },
    environment: {
      files: Object.fromEntries(
        environmentFiles.filter((name) => files.includes(name)).map((name) => [name, `${artifactUri}/${name}`]),
      ),
      image: runTags['mlflow.docker.image.uri'] ?? null,
    },
    feature_rules: below(rulePrefixes.feature, both),
    transformation_rules: below(rulePrefixes.transformation, both),
  };
}

const runOf = (run: MakingRun, tags: Record<string, string>): NonNullable<Lineage['run']> => ({
  run_id: run.id,
  name: run.name,
  experiment: { experiment_id: run.experimentId, name: run.experimentName },
  user: run.userId || null,
  status: run.status,
  lifecycle_stage: run.lifecycleStage,
  started: run.startTime === null ? null : toTime(run.startTime),
  ended: run.endTime === null ? null : toTime(run.endTime),
  artifact_uri: run.artifactUri,
  parent_run_id: tags['mlflow.parentRunId'] ?? null,
  params: mapOf(run.params),
  metrics: Object.fromEntries(
    run.metrics.map(({ key, value, step, timestamp }) => [key, { value, step, time: toTime(timestamp) }]),
  ),
  tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('mlflow.'))),
});

const mapOf = (items: readonly KeyValue[]) => Object.fromEntries(items.map(({ key, value }) => [key, value]));

const below = (prefix: string, tags: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );

/** `null` for a time that ISO 8601 has no four digits of a year for: clients may log any integer. */
function toTime(milliseconds: number): string | null {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}
