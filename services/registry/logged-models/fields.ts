import { z } from 'zod';
import { int64, list, optional, required, text } from '../protocol/values';
import { spelledStatuses } from './json';
import { statuses } from './store';

const missing = (issue: { input?: unknown }) => (issue.input == null ? 'missing' : undefined);

/** Absent text is empty, as in protobuf. */
const orEmpty = () => text().transform((value) => value ?? '');

const keyValue = z.object({ key: orEmpty(), value: orEmpty() });

export const newModel = z.object({
  experiment_id: required(),
  name: orEmpty(),
  model_type: orEmpty(),
  source_run_id: orEmpty(),
  params: list(keyValue),
  tags: list(keyValue),
});

/** By its name or its number, from 0. */
const status = z.preprocess(
  (value) => {
    if (typeof value === 'number') return statuses[value] ?? String(value);
    return statuses.find((known) => spelledStatuses[known] === value) ?? (typeof value === 'string' ? '' : value);
  },
  z.enum(statuses, {
    error: (issue) => missing(issue) ?? `expected one of ${Object.values(spelledStatuses).join(', ')}`,
  }),
);

/** Clients name the model in the path and in the body. */
export const finalized = z.object({ model_id: required(), status });
export const newParams = z.object({ model_id: required(), params: list(keyValue) });
export const newTags = z.object({ tags: list(keyValue) });

const dataset = z.object({ dataset_name: orEmpty(), dataset_digest: orEmpty() });

export const search = z.object({
  experiment_ids: z.array(z.string(), { error: missing }),
  filter: orEmpty(),
  datasets: list(dataset),
  max_results: optional(int64()),
  order_by: list(
    dataset.extend({
      field_name: orEmpty(),
      ascending: optional(z.boolean()).transform((ascending) => ascending ?? true),
    }),
  ),
  page_token: text(),
});
