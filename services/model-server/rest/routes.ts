import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Check, problemsOf } from '../../kit/readiness';
import { type ModelRepository, using } from '../models/repository';
import { modelConfig, modelMetadata, serverMetadata } from '../protocol/metadata';
import { invalid } from '../protocol/raw';
import { parseJson } from './json';

interface ModelPath {
  readonly name: string;
  readonly version?: string;
}

/** Health asks for no token: probes have none. */
export function addHealth(app: FastifyInstance, ready: Check): void {
  app.get('/v2/health/live', { logLevel: 'warn' }, async () => ({ live: true }));
  app.get('/v2/health/ready', { logLevel: 'warn' }, async (_, reply) => {
    const problems = await problemsOf({ model: ready });
    return problems.length === 0 ? { ready: true } : reply.status(503).send({ ready: false, problems });
  });
}

/** Bodies are read as bytes, whatever they say they are: `curl -d` says it sends a form. */
export function readBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
}

export function addModels(app: FastifyInstance, repository: ModelRepository): void {
  app.get('/v2', async () => serverMetadata);
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    const about = (suffix: string, answer: (path: ModelPath) => unknown) =>
      app.get(path + suffix, async (request) => answer(request.params as ModelPath));
    about('', (path) => using(repository, path, modelMetadata));
    about('/config', (path) => using(repository, path, modelConfig));
    about('/ready', (path) => using(repository, path, ({ name }) => ({ name, ready: true })));
  }
}

export function addRepository(app: FastifyInstance, repository: ModelRepository): void {
  app.post('/v2/repository/index', async (request) => {
    const { ready } = readBody(request, z.object({ ready: z.boolean().optional() }));
    return repository.index().filter(({ state }) => !ready || state === 'READY');
  });
  app.post('/v2/repository/models/:name/load', async (request) => {
    const { parameters } = readBody(request, repositoryBody);
    const [unknown] = Object.keys(parameters ?? {});
    if (unknown !== undefined)
      throw invalid(
        `parameter '${unknown.slice(0, 100)}' is not read here: a model is loaded as its repository has it`,
      );
    await repository.load((request.params as ModelPath).name);
    return {};
  });
  app.post('/v2/repository/models/:name/unload', async (request) => {
    readBody(request, repositoryBody);
    await repository.unload((request.params as ModelPath).name);
    return {};
  });
}

const repositoryBody = z.object({ parameters: z.record(z.string(), z.unknown()).optional() });

const bytesOf = ({ body }: FastifyRequest) => (body as Buffer | undefined) ?? Buffer.alloc(0);

function readBody<T>(request: FastifyRequest, schema: z.ZodType<T>): T {
  const bytes = bytesOf(request);
  const parsed = schema.safeParse(bytes.length === 0 ? {} : parseJson(bytes));
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' '));
  return parsed.data;
}
