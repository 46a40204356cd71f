import { z } from 'zod';
import { invalid } from '../protocol/errors';
import { double, int64, missingText, optional, required, text } from '../protocol/values';

/** How a request names a run. `run_uuid` is what very old clients call it; the other one wins. */
export const runRef = { run_id: text(), run_uuid: text() };

export function idOf(request: { run_id?: string | undefined; run_uuid?: string | undefined }): string {
  const id = request.run_id || request.run_uuid;
  if (!id) throw invalid(missingText('run_id'));
  return id;
}

/** Some requests look at the form of the id, before they look for the run. */
export function wellFormed(id: string): string {
  if (!/^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u.test(id))
    throw invalid(`Invalid value ${JSON.stringify(id)} for parameter 'run_id' supplied.`);
  return id;
}

export const keyValue = z.object({ key: required(), value: text().transform((value) => value ?? '') });

export const metric = z.object({
  key: required(),
  value: double(),
  timestamp: int64(),
  step: optional(int64()).transform((step) => step ?? 0),
  model_id: text(),
  dataset_name: text(),
  dataset_digest: text(),
});

/** Empty text is absent, as in protobuf. */
export const toMetric = ({ key, value, timestamp, step, ...of }: z.output<typeof metric>) => ({
  key,
  value,
  timestamp,
  step,
  modelId: of.model_id || undefined,
  datasetName: of.dataset_name || undefined,
  datasetDigest: of.dataset_digest || undefined,
});
