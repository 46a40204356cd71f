import { type FastifyBaseLogger, type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ServiceContract } from './contract';
import { ServiceError } from './errors';
import type { Log } from './log';
import { addMetrics } from './metrics';
import { type Check, problemsOf } from './readiness';

/** A fastify instance whose routes take zod schemas. */
export type Http = ReturnType<typeof createHttp>;

export interface HttpProps {
  readonly contract: Pick<ServiceContract, 'probes' | 'metrics'>;
  readonly log: Log;
  /** What the service needs, by name. Liveness asks none of them. */
  readonly checks: Readonly<Record<string, Check>>;
  /** Codes of the protocol for errors that no handler threw. */
  readonly codes: { readonly invalid: string; readonly noRoute: string; readonly internal: string };
  /**
   * Body of an error response.
   * @default - `{ error_code, message }`
   */
  readonly errorBody?: (error: ServiceError) => unknown;
  /** Largest JSON body in bytes. Streams have their own limits. @default 10 MiB */
  readonly bodyLimit?: number;
}

/** A server with probes, metrics, validation by zod, and one shape of error. It listens to nothing yet. */
export function createHttp(props: HttpProps) {
  const { codes, errorBody = (error) => ({ error_code: error.code, message: error.message }) } = props;
  const app: FastifyInstance = fastify({
    loggerInstance: props.log as FastifyBaseLogger,
    disableRequestLogging: true,
    bodyLimit: props.bodyLimit ?? 10 * 1024 * 1024,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 8192 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toServiceError(error, codes);
    if (answer.status >= 500) request.log.error({ err: error, req: request.raw }, 'request failed');
    if (answer.retryAfter !== undefined) reply.header('retry-after', answer.retryAfter);
    return reply.status(answer.status).send(errorBody(answer));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0];
    return reply.status(404).send(errorBody(new ServiceError(404, codes.noRoute, `no route ${request.method} ${path}`)));
  });

  addMetrics(app, props.contract.metrics);
  app.get(props.contract.probes.live, { logLevel: 'warn' }, async () => ({ status: 'live' }));
  app.get(props.contract.probes.ready, { logLevel: 'warn' }, async (_, reply) => {
    const problems = await problemsOf(props.checks);
    return problems.length === 0 ? { status: 'ready' } : reply.status(503).send({ status: 'not ready', problems });
  });
  return app.withTypeProvider<ZodTypeProvider>();
}

function toServiceError(error: FastifyError, codes: HttpProps['codes']): ServiceError {
  if (error instanceof ServiceError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) => {
      const field = instancePath.slice(1).replaceAll('/', '.');
      return field === '' ? message : `Invalid value for parameter '${field}': ${message}`;
    });
    return new ServiceError(400, codes.invalid, problems.join('; '));
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return new ServiceError(status, codes.invalid, error.message);
  return new ServiceError(500, codes.internal, 'internal error; the log of the service says more');
}
