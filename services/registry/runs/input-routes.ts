import { z } from 'zod';
import type { Http } from '../../kit/http';
import { badRequest } from '../protocol/errors';
import { int64, list, optional, required, text } from '../protocol/values';
import { wellFormed } from './fields';
import { checkInputs } from './input-checks';
import type { RunLog } from './store';

/** Absent text is empty, as in protobuf. */
const orEmpty = () => text().transform((value) => value ?? '');
const missing = (issue: { input?: unknown }) => (issue.input == null ? 'missing' : undefined);

const dataset = z.object({
  name: orEmpty(),
  digest: orEmpty(),
  source_type: orEmpty(),
  source: orEmpty(),
  schema: text(),
  profile: text(),
});
const nothing = dataset.parse({});
const input = z.object({
  dataset: optional(dataset).transform((given) => given ?? nothing),
  tags: list(z.object({ key: orEmpty(), value: orEmpty() })),
});
const model = z.object({ model_id: orEmpty() });
const inputs = z.object({ run_id: required(), datasets: list(input), models: list(model) });
const output = model.extend({ step: optional(int64()).transform((step) => step ?? 0) });
const outputs = z.object({ run_id: required(), models: z.array(output, { error: missing }) });

/** What a run read and what it made. */
export function addRunInputs(routes: Http, log: Pick<RunLog, 'logInputs' | 'logOutputs'>): void {
  routes.post('/runs/log-inputs', { schema: { body: inputs } }, async ({ body }) => {
    const id = wellFormed(body.run_id);
    const datasets = body.datasets.map(({ dataset: { source_type: sourceType, ...dataset }, tags }) => ({
      dataset: { ...dataset, sourceType },
      tags,
    }));
    await log.logInputs(
      id,
      checkInputs(datasets),
      body.models.map((model) => model.model_id),
    );
    return {};
  });

  routes.post('/runs/outputs', { schema: { body: outputs } }, async ({ body }) => {
    const models = body.models.map(({ model_id: modelId, step }) => ({ modelId, step }));
    if (new Set(models.map(({ modelId }) => modelId)).size < models.length)
      throw badRequest('A model is given twice among the outputs of a run');
    await log.logOutputs(body.run_id, models);
    return {};
  });
}
