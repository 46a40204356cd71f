import type { Registry } from 'prom-client';
import { createHttp, type Http } from '../kit/http';
import type { Log } from '../kit/log';
import type { Check } from '../kit/readiness';
import type { Authorizer } from './auth/bearer-tokens';
import { modelServerContract } from './contract';
import type { FeedbackLog } from './inference-log/feedback';
import { addFeedback } from './inference-log/feedback-routes';
import type { ModelRepository } from './models/repository';
import type { Inference } from './protocol/inference';
import { addInfer } from './rest/infer';
import { addHealth, addModels, addRepository, readBytes } from './rest/routes';
import type { RequestBytes } from './serving/request-bytes';

export interface ModelServerDeps {
  readonly log: Log;
  readonly repository: ModelRepository;
  readonly inference: Inference;
  /** Whether this process should be sent requests. */
  readonly ready: Check;
  /** Holds the figures of all parts; the routes' own are added. */
  readonly register: Registry;
  /** Says who may ask. Health and metrics are open. @default - everybody may */
  readonly authorizer?: Authorizer | undefined;
  /** @default - there is no route for feedback */
  readonly feedback?: FeedbackLog | undefined;
  readonly maxRequestMib: number;
  readonly requestBytes: RequestBytes;
  /** Milliseconds in which a request must have come in whole. */
  readonly requestTimeoutMs: number;
}

/** The model server over REST. It listens to nothing yet. */
export function buildApp(deps: ModelServerDeps): Http {
  const { log, repository, inference, authorizer, register, feedback, ready, requestBytes } = deps;
  const maxBytes = deps.maxRequestMib * 1024 * 1024;
  const app = createHttp({
    contract: modelServerContract,
    log,
    register,
    checks: { model: ready, ...(authorizer && { auth: authorizer.check }) },
    codes: { invalid: 'INVALID_ARGUMENT', noRoute: 'NOT_FOUND', internal: 'INTERNAL' },
    errorBody: ({ message }) => ({ error: message }),
    bodyLimit: maxBytes,
    requestTimeoutMs: deps.requestTimeoutMs,
  });
  addHealth(app, ready);
  addInfer(app, { inference, authorizer, log, register, maxBytes, requestBytes });
  app.register(async (routes) => {
    readBytes(routes);
    if (authorizer)
      routes.addHook('onRequest', (request, reply, done) => {
        reply.header('www-authenticate', 'Bearer realm="model-server"');
        authorizer.authorize(request.headers.authorization);
        reply.removeHeader('www-authenticate');
        done();
      });
    addModels(routes, repository);
    addRepository(routes, repository);
    if (feedback) addFeedback(routes, repository, feedback);
  });
  return app;
}
