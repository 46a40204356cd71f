import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Prometheus text at `path`: the process's own figures, and the latency of each route (the pattern, never the URL). */
export function addMetrics(app: FastifyInstance, path: string, register = new Registry()): Registry {
  collectDefaultMetrics({ register });
  const latency = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the last byte of the response',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: [register],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    latency.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get(path, { logLevel: 'warn' }, async (_, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  );
  return register;
}
