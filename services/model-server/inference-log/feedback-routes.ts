import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ServiceError } from '../../kit/errors';
import type { ModelRepository } from '../models/repository';
import { invalid } from '../protocol/raw';
import type { FeedbackLog, Truth } from './feedback';

const entry = z.strictObject({
  id: z.string().min(1).max(1000),
  row: z.int().min(0).max(2_147_483_647).default(0),
  name: z.string().min(1).max(1000).default('truth'),
  truth: z.union([z.number(), z.boolean(), z.string().max(10_000)]),
  /** ISO 8601 */
  time: z.iso.datetime({ offset: true }).optional(),
});

const body = z.strictObject({ feedback: z.array(entry).min(1).max(10_000) });

/**
 * `POST /v2/models/{name}/feedback`, our extension of the protocol: `{"feedback": [{"id": "…", "row": 0, "truth": 1}]}` says what
 * turned out to be true for a request that was answered. 204 when it lies in the object store. The id is not looked up.
 */
export function addFeedback(app: FastifyInstance, repository: ModelRepository, feedback: FeedbackLog): void {
  app.post('/v2/models/:name/feedback', async (request, reply) => {
    const { name } = request.params as { name: string };
    const truths = readTruths(request.body as Buffer | undefined);
    if (!repository.index().some((model) => model.name === name))
      throw new ServiceError(404, 'NOT_FOUND', `there is no model '${name}' here`);
    await feedback.add(name, truths);
    return reply.status(204).send();
  });
}

function readTruths(bytes: Buffer | undefined): Truth[] {
  const parsed = body.safeParse(readJson(bytes));
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' '));
  const now = Date.now();
  return parsed.data.feedback.map(({ id, row, name, truth, time }) => ({
    ...{ requestId: id, row, name, value: truth, time: time === undefined ? now : Date.parse(time) },
  }));
}

function readJson(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse((bytes ?? '').toString());
  } catch {
    throw invalid('the body is no JSON, expected {"feedback": [{"id": "…", "row": 0, "truth": 1}]}');
  }
}
