import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import { ServiceError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import { traceOf } from '../../kit/trace';
import type { Authorizer } from '../auth/bearer-tokens';
import type { Inference } from '../protocol/inference';
import { invalid } from '../protocol/raw';
import type { RequestBytes, Share } from '../serving/request-bytes';
import { readRequest } from './request';
import { writeResponse } from './response';

export interface InferProps {
  readonly inference: Inference;
  readonly authorizer?: Authorizer | undefined;
  readonly log: Log;
  readonly register: Registry;
  /** Largest request in bytes. */
  readonly maxBytes: number;
  readonly requestBytes: RequestBytes;
}

type Answer = (request: IncomingMessage, response: ServerResponse, name: string, version?: string) => Promise<void>;

/**
 * The one route that is asked thousands of times a second. It is answered before the other routes are looked at and without what they
 * share (a logger, hooks and a histogram for each request): that would take longer than all the rest of an inference.
 */
export function addInfer(app: FastifyInstance, props: InferProps): void {
  const answer = answerOf(props);
  const others = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  app.server.removeAllListeners('request').on('request', (request, response) => {
    const path = request.method === 'POST' ? plainPath.exec(request.url ?? '') : null;
    if (path) void answer(request, response, path[1] as string, path[2]);
    else for (const other of others) other(request, response);
  });

  // Names that are encoded come here, and what comes over another address of localhost.
  app.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser('*', (_, __, done) => done(null));
    for (const path of ['/v2/models/:name/infer', '/v2/models/:name/versions/:version/infer'])
      routes.post(path, async (request, reply) => {
        const { name, version } = request.params as { name: string; version?: string };
        reply.hijack();
        await answer(request.raw, reply.raw, name, version);
      });
  });
}

const plainPath = /^\/v2\/models\/([^/?%]+)(?:\/versions\/([^/?%]+))?\/infer(?:\?|$)/;

function answerOf({ inference, authorizer, log, register, maxBytes, requestBytes }: InferProps): Answer {
  const requests = new Counter({
    name: 'rest_inference_requests_total',
    help: 'Requests for an inference over REST, by HTTP status',
    labelNames: ['status'],
    registers: [register],
  });
  const succeeded = requests.labels('200');
  return async (request, response, name, version) => {
    const arrived = performance.now();
    const { headers } = request;
    let share: Share | undefined;
    try {
      authorizer?.authorize(headers.authorization);
      const encoding = headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity')
        throw invalid(`content-encoding '${encoding}' is not read here; send the request as it is`);
      const length = lengthOf(request, maxBytes);
      share = requestBytes.share(length);
      const bytes = await bodyOf(request, maxBytes, share);
      const headerLength = headers['inference-header-content-length'] as string | undefined;
      const { request: read, timeoutMs, isBinary } = readRequest(bytes, headerLength);
      const answer = await inference.infer(
        name,
        version,
        read.id === undefined ? { ...read, id: headers['x-request-id'] as string | undefined } : read,
        { deadline: timeoutMs && arrived + timeoutMs, isGone: () => response.destroyed || request.socket.destroyed },
      );
      const { body, headerLength: jsonLength } = writeResponse(answer, isBinary);
      response.writeHead(200, {
        'content-type': jsonLength === undefined ? 'application/json' : 'application/octet-stream',
        'content-length': Buffer.byteLength(body),
        'inference-model-version': answer.modelVersion,
        ...(jsonLength !== undefined && { 'inference-header-content-length': jsonLength }),
      });
      response.end(body);
      succeeded.inc();
    } catch (error) {
      request.resume();
      if (response.destroyed) return;
      const { status, message, retryAfter } = told(error);
      requests.inc({ status });
      const line = { err: error, req: request, ...traceOf(headers.traceparent) };
      if (status === 500) log.error(line, 'request failed');
      const body = JSON.stringify({ error: message });
      const fields: OutgoingHttpHeaders = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        ...(status === 401 && { 'www-authenticate': 'Bearer realm="model-server"' }),
      };
      response.writeHead(status, fields);
      response.end(body);
    } finally {
      // The answer is in memory, too, until the client has read it.
      if (share) onceGone(request, response, share.release);
    }
  };
}

/** A response that waits behind another one of its connection does not close with it: its socket does. */
function onceGone({ socket }: IncomingMessage, response: ServerResponse, release: () => void): void {
  const end = () => {
    socket.off('close', end);
    response.off('close', end);
    release();
  };
  // As a rule the kernel has all of the answer by now, and listeners would only cost time.
  const isSent = response.writableEnded && response.socket?.writableLength === 0;
  if (isSent || response.closed || socket.destroyed) {
    release();
    return;
  }
  // One for each request that the client has sent before it read an answer, and they are off again with these.
  socket.setMaxListeners(0).once('close', end);
  response.once('close', end);
}

const told = (error: unknown) =>
  error instanceof ServiceError
    ? error
    : new ServiceError(500, 'INTERNAL', 'internal error; the log of the service says more');

const tooLarge = (maxBytes: number) =>
  new ServiceError(413, 'OUT_OF_RANGE', `the request has more than ${maxBytes} bytes`);

/** Bytes that a request says it has; 0 where it does not say. */
function lengthOf({ headers }: IncomingMessage, maxBytes: number): number {
  const length = Number(headers['content-length'] ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes);
  return length;
}

/** What is refused for its size is not kept; the rest of it is read and forgotten, so that the client sees the answer. */
function bodyOf(request: IncomingMessage, maxBytes: number, share: Share): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: unknown) => {
      chunks.length = 0;
      request.off('data', take);
      reject(error);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return refuse(tooLarge(maxBytes));
      try {
        share.add(chunk.length);
      } catch (error) {
        return refuse(error);
      }
      chunks.push(chunk);
    };
    request.on('data', take);
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}
