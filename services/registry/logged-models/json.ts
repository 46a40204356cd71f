import { metricToJson } from '../runs/json';
import type { LoggedModel, LoggedModelStatus, ModelMetric } from './store';

/** As the protocol spells them. */
export const spelledStatuses = {
  UNSPECIFIED: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
} as const satisfies Record<LoggedModelStatus, string>;

export const modelToJson = (model: LoggedModel) => ({
  info: {
    model_id: model.id,
    experiment_id: model.experimentId,
    name: model.name,
    creation_timestamp_ms: model.creationTime,
    last_updated_timestamp_ms: model.lastUpdatedTime,
    artifact_uri: model.artifactUri,
    status: spelledStatuses[model.status],
    model_type: model.modelType,
    source_run_id: model.sourceRunId,
    tags: model.tags,
  },
  data: { params: model.params, metrics: model.metrics.map((metric) => modelMetricToJson(metric, model.id)) },
});

const modelMetricToJson = ({ runId, datasetName, datasetDigest, ...metric }: ModelMetric, modelId: string) => ({
  ...metricToJson(metric),
  dataset_name: datasetName,
  dataset_digest: datasetDigest,
  model_id: modelId,
  run_id: runId,
});
