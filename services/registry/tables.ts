import type { Generated, Kysely } from 'kysely';

/** The schema as the migrations leave it. Integers of 64 bits come as text from the driver. */
export interface Tables {
  experiments: {
    experiment_id: Generated<string>;
    name: string;
    artifact_location: string;
    lifecycle_stage: Generated<LifecycleStage>;
    creation_time: string | number;
    last_update_time: string | number;
  };
  experiment_tags: { experiment_id: string; key: string; value: string };
  runs: {
    run_id: string;
    experiment_id: string;
    name: string;
    user_id: string;
    status: string;
    start_time: string | number | null;
    end_time: string | number | null;
    lifecycle_stage: Generated<LifecycleStage>;
    artifact_uri: string;
  };
  params: KeyValue;
  tags: KeyValue;
  metrics: Point;
  latest_metrics: Point;
  datasets: {
    dataset_id: Generated<string>;
    experiment_id: string;
    name: string;
    digest: string;
    source_type: string;
    source: string;
    schema: string | null;
    profile: string | null;
  };
  run_datasets: {
    run_id: string;
    dataset_id: string;
    tags: Record<string, string>;
    logged_at: string | number;
    /** Among those that were logged with it. */
    place: number;
  };
  run_models: { run_id: string; role: 'input' | 'output'; model_id: string; step: string | number };
  logged_models: {
    model_id: string;
    experiment_id: string;
    name: string;
    artifact_uri: string;
    status: Generated<string>;
    lifecycle_stage: Generated<LifecycleStage>;
    model_type: string;
    source_run_id: string;
    creation_time: string | number;
    last_updated_time: string | number;
  };
  logged_model_params: { model_id: string; key: string; value: string };
  logged_model_tags: { model_id: string; key: string; value: string };
  logged_model_metrics: Point & { model_id: string; dataset_name: string | null; dataset_digest: string | null };
}

export type LifecycleStage = 'active' | 'deleted';
export type Db = Kysely<Tables>;

interface KeyValue {
  run_id: string;
  key: string;
  value: string;
}

interface Point {
  run_id: string;
  key: string;
  value: number;
  timestamp: string | number;
  step: string | number;
}
