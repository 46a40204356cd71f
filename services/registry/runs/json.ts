import { doubleToJson } from '../protocol/values';
import type { Metric, Run, RunInfo } from './store';

/** MLflow's spelling; a field that is `undefined` is left out. */
export const infoToJson = (run: RunInfo) => ({
  run_id: run.id,
  run_uuid: run.id,
  run_name: run.name,
  experiment_id: run.experimentId,
  user_id: run.userId,
  status: run.status,
  start_time: run.startTime,
  end_time: run.endTime,
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
  inputs: {},
  outputs: {},
});
