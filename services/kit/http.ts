import { type FastifyBaseLogger, type FastifyError, type FastifyInstance, fastify, LogController } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { ServiceContract } from './contract';
import { ServiceError } from './errors';
import { allConnectionsTaken } from './listening';
import type { Log } from './log';
import { addMetrics } from './metrics';
import { type Check, problemsOf } from './readiness';
import { traceOf } from './trace';

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
  /**
   * Text of a request that does not fit its schema: the field (dotted, '' for the whole) and what is wrong with it.
   * @default - the field and the problem
   */
  readonly invalidText?: (field: string, problem: string) => string;
  /** Largest JSON body in bytes. Streams have their own limits. @default 10 MiB */
  readonly bodyLimit?: number;
  /** Where the figures of the process and of the routes go. @default - a registry of their own */
  readonly register?: Registry;
  /** Milliseconds in which a request must have come in whole, else it ends with 408. @default - none */
  readonly requestTimeoutMs?: number;
}

/** A server with probes, metrics, validation by zod, and one shape of error. It listens to nothing yet. */
export function createHttp(props: HttpProps) {
  const { codes, errorBody = (error) => ({ error_code: error.code, message: error.message }) } = props;
  const app: FastifyInstance = fastify({
    loggerInstance: props.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: props.bodyLimit ?? 10 * 1024 * 1024,
    forceCloseConnections: 'idle',
    // What comes on open connections while the server closes is answered.
    return503OnClosing: false,
    ...(props.requestTimeoutMs !== undefined && {
      requestTimeout: props.requestTimeoutMs,
      // Node swaps the two where that of the headers is the longer one.
      http: {
        requestTimeout: props.requestTimeoutMs,
        headersTimeout: Math.min(props.requestTimeoutMs, 60_000),
        connectionsCheckingInterval: Math.min(props.requestTimeoutMs, 30_000),
      },
    }),
    routerOptions: { maxParamLength: 8192 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  // Whoever reads a line finds the other services' lines of the same trace.
  app.setChildLoggerFactory((logger, bindings, options, request) =>
    logger.child({ ...bindings, ...traceOf(request.headers.traceparent) }, options),
  );
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode, elapsedTime } = reply;
    request.log.debug({ req: request.raw, status: statusCode, ms: Math.round(elapsedTime) }, 'request answered');
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toServiceError(error, props);
    if (answer.status === 503) request.log.warn({ reason: answer.message, req: request.raw }, 'request refused');
    else if (answer.status >= 500) request.log.error({ err: error, req: request.raw }, 'request failed');
    if (answer.retryAfter !== undefined) reply.header('retry-after', answer.retryAfter);
    return reply.status(answer.status).send(errorBody(answer));
  });
  app.setNotFoundHandler((request, reply) => {
    request.log.info({ req: request.raw }, 'no such route');
    const path = request.url.split('?')[0];
    return reply
      .status(404)
      .send(errorBody(new ServiceError(404, codes.noRoute, `no route ${request.method} ${path}`)));
  });

  // While the server closes, a connection whose request has just ended would otherwise be kept for the next one.
  let ending: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    await allConnectionsTaken(app.server);
    ending = setInterval(() => app.server.closeIdleConnections(), 50).unref();
  });
  app.addHook('onClose', async () => clearInterval(ending));

  addMetrics(app, props.contract.metrics, props.register);
  app.get(props.contract.probes.live, { logLevel: 'warn' }, async () => ({ status: 'live' }));
  // what was last said in the log, which says it once: a probe asks every few seconds
  let said = '';
  app.get(props.contract.probes.ready, { logLevel: 'warn' }, async (request, reply) => {
    const problems = await problemsOf(props.checks);
    if (problems.length > 0 && problems.join() !== said) request.log.warn({ problems }, 'not ready');
    said = problems.join();
    return problems.length === 0 ? { status: 'ready' } : reply.status(503).send({ status: 'not ready', problems });
  });
  return app.withTypeProvider<ZodTypeProvider>();
}

function toServiceError(error: FastifyError, props: HttpProps): ServiceError {
  const { codes, invalidText = (field, problem) => (field === '' ? problem : `${field}: ${problem}`) } = props;
  if (error instanceof ServiceError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message = 'invalid' }) =>
      invalidText(
        instancePath
          .slice(1)
          .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
          .replaceAll('/', '.'),
        message,
      ),
    );
    return new ServiceError(400, codes.invalid, problems.join('; '));
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return new ServiceError(status, codes.invalid, error.message);
  return new ServiceError(500, codes.internal, 'internal error; the log of the service says more');
}
