import { z } from 'zod';

/*
 * The answers of our own API. A time is text as ISO 8601 has it, in UTC. `null` says that it is not known; a list or a map of
 * nothing is empty.
 */

const time = z.iso.datetime();
const texts = z.record(z.string(), z.string());
const known = z.string().nullable();

/** JSON has no other way to write these numbers; MLflow's API spells them so, too. */
const metricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

const run = z.object({
  run_id: z.string(),
  name: z.string(),
  experiment: z.object({ experiment_id: z.string(), name: z.string() }),
  user: known,
  status: z.string(),
  /** `deleted`: it can be restored. */
  lifecycle_stage: z.string(),
  started: time.nullable(),
  ended: time.nullable(),
  artifact_uri: z.string(),
  parent_run_id: known,
  params: texts,
  /** Of each metric the point with the highest step. */
  metrics: z.record(z.string(), z.object({ value: metricValue, step: z.int(), time: time.nullable() })),
  /** Those that users set: none whose key starts with `mlflow.`. */
  tags: texts,
});

const dataset = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  /** Where it lies, as its source type writes it. */
  source: z.string(),
  schema: known,
  /** What the run used it for, such as `training`. */
  context: known,
});

const code = z.object({
  commit: known,
  /** The working tree had changes that the commit lacks: the commit alone does not reproduce the run. */
  dirty: z.boolean(),
  branch: known,
  repository: known,
  /** File or project that ran. */
  source: known,
  entry_point: known,
});

const environment = z.object({
  /** Files beside the model that say what it needs, by name, each with its URI. Empty where they lie in a store of others. */
  files: texts,
  /** Container image that the run ran in. */
  image: known,
});

/** All that made a version of a model: enough to make it again. */
export const lineage = z.object({
  name: z.string(),
  version: z.string(),
  stage: z.string(),
  aliases: z.array(z.string()),
  description: known,
  tags: texts,
  created: time,
  /** What was registered, as the client gave it: for a copy, the version that was copied. */
  source: z.string(),
  artifact_uri: z.string(),
  logged_model_id: known,
  /** As the client gave it. */
  run_id: known,
  /** `null` where none was given, or it is not kept here. */
  run: run.nullable(),
  datasets: z.array(dataset),
  /** Logged models that the run read. */
  input_models: z.array(z.string()),
  code,
  environment,
  /** Versions by the name of the feature view: tags `mlops.feature.<name>` of the version, or else of the run. */
  feature_rules: texts,
  /** The same of transformations: tags `mlops.transformation.<name>`. */
  transformation_rules: texts,
});
export type Lineage = z.infer<typeof lineage>;

const production = z.object({
  name: z.string(),
  alias: z.string(),
  version: z.string(),
  /** Since when the alias points to this version. */
  since: time,
  /** Tag `mlops.approval` of the version: who let it pass, in the words of whoever set it. */
  approval: known,
  stage: z.string(),
  run_id: known,
  created: time,
});

/** Where aliases point, by name of the model. */
export const inventory = z.object({
  models: z.array(production),
  /** Absent on the last page. */
  next_page_token: z.string().optional(),
});
export type InventoryItem = z.infer<typeof production>;
