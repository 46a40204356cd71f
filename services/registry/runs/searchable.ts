import { type FixedField, listedText, number, type Searchable, text, textOrNull } from '../filter/fields';

const entities = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
} as const;
const free = { metric: number, param: textOrNull, tag: textOrNull };

const runName: FixedField = { ...text, name: 'name' };
const startTime: FixedField = { ...number, name: 'start_time' };
const attributes: Record<string, FixedField> = {
  run_id: listedText,
  run_name: runName,
  status: text,
  user_id: text,
  artifact_uri: text,
  start_time: startTime,
  end_time: number,
  created: startTime,
  Created: startTime,
};

/** What MLflow lets users search runs by (mlflow 3.17.2, SearchUtils). */
export const searchable: Searchable = {
  entities: { ...entities, dataset: 'dataset', datasets: 'dataset' },
  free,
  fixed: {
    attribute: { ...attributes, 'run name': runName, 'Run name': runName, 'Run Name': runName },
    dataset: { name: listedText, digest: listedText, context: listedText },
  },
};

export const orderable: Searchable = { entities, free, fixed: { attribute: attributes } };
