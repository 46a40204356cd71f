import { z } from 'zod';
import { invalid } from '../protocol/errors';

/** The tag in which clients before MLflow 3 keep the models of a run, as a JSON list. */
export const modelHistoryTag = 'mlflow.log-model.history';

const model = z.looseObject({ flavors: z.record(z.string(), z.unknown()) });
const mandatory = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];

/** What the tag keeps of a model's description: the flavors without their configuration. */
export function historyEntry(json: string): object {
  const description = parsed(json);
  const missing = mandatory.filter((field) => !Object.hasOwn(description, field));
  if (missing.length > 0)
    throw invalid(`Model json is missing mandatory fields: {${missing.map((field) => `'${field}'`).join(', ')}}`);
  const { success, data } = model.safeParse(description);
  if (!success) throw invalid("Model json has no object of flavors, got something else under 'flavors'");
  const { artifact_path, run_id, utc_time_created, model_uuid = null, flavors } = data;
  const configured = Object.entries(flavors).map(([name, flavor]) => [name, withoutConfig(flavor)]);
  return { artifact_path, run_id, utc_time_created, model_uuid, flavors: Object.fromEntries(configured) };
}

function parsed(json: string): object {
  try {
    const description: unknown = JSON.parse(json);
    if (typeof description === 'object' && description !== null && !Array.isArray(description)) return description;
  } catch {
    // Said below, in the words of MLflow.
  }
  throw invalid(`Malformed model info. \n ${json} \n is not a valid JSON.`);
}

function withoutConfig(flavor: unknown): unknown {
  if (typeof flavor !== 'object' || flavor === null) return flavor;
  const { config: _, ...rest } = flavor as Record<string, unknown>;
  return rest;
}
