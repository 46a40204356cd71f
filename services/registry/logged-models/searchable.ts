import { type FixedField, listedText, number, type Searchable } from '../filter/fields';

const entities = { attributes: 'attribute', metrics: 'metric', params: 'param', tags: 'tag' } as const;
const created: FixedField = { ...number, name: 'creation_time' };
const updated: FixedField = { ...number, name: 'last_updated_time' };

/** What MLflow lets users search logged models by (mlflow 3.17.2, search_logged_model_utils and the columns of SqlLoggedModel). */
export const searchable: Searchable = {
  entities,
  free: { metric: number, param: listedText, tag: listedText },
  fixed: {
    attribute: {
      model_id: listedText,
      name: listedText,
      experiment_id: listedText,
      status: listedText,
      lifecycle_stage: listedText,
      model_type: listedText,
      source_run_id: listedText,
      artifact_location: { ...listedText, name: 'artifact_uri' },
      creation_time: created,
      creation_timestamp: created,
      creation_timestamp_ms: created,
      last_updated_time: updated,
      last_updated_timestamp: updated,
      last_updated_timestamp_ms: updated,
    },
  },
};
