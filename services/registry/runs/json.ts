import { doubleToJson } from '../protocol/values';
import type { DatasetInput, Metric, Run, RunInfo, RunInputs } from './store';

/** MLflow's spelling; a field that is `undefined` is left out. */
export const infoToJson = (run: RunInfo) => ({
  run_id: run.id,
  run_uuid: run.id,
  run_name: run.name,
  experiment_id: run.experimentId,
  user_id: run.userId,
  status: run.status,
  start_time: run.startTime,
  end_time: run.endTime || undefined,
  artifact_uri: run.artifactUri,
  lifecycle_stage: run.lifecycleStage,
});

export const metricToJson = ({ key, value, timestamp, step }: Metric) => ({
  key,
  value: doubleToJson(value),
  timestamp,
  step,
});

export const runToJson = (run: Run) => ({
  info: infoToJson(run),
  data: { metrics: run.metrics.map(metricToJson), params: run.params, tags: run.tags },
  ...inputsToJson(run.inputs),
});

const inputsToJson = ({ datasets, models, outputs }: RunInputs) => ({
  inputs: {
    dataset_inputs: orNone(datasets.map(datasetInputToJson)),
    model_inputs: orNone(models.map((id) => ({ model_id: id }))),
  },
  outputs: { model_outputs: orNone(outputs.map(({ modelId, step }) => ({ model_id: modelId, step }))) },
});

const datasetInputToJson = ({ dataset, tags }: DatasetInput) => ({
  tags,
  dataset: {
    name: dataset.name,
    digest: dataset.digest,
    source_type: dataset.sourceType,
    source: dataset.source,
    schema: dataset.schema,
    profile: dataset.profile,
  },
});

const orNone = <T>(items: T[]): T[] | undefined => (items.length > 0 ? items : undefined);
