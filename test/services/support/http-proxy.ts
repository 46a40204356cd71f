import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that passes requests on, unless it is told to do something else with them. */
export interface HttpProxy {
  readonly url: string;
  /** Requests so far: method and path. */
  readonly seen: string[];
  /** `true`: it has answered, or never will. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Sees the body of answers as they pass, and may end them early. */
  tamper: (request: IncomingMessage, chunk: Buffer, response: ServerResponse) => Buffer;
  readonly stop: () => Promise<unknown>;
}

const passes = () => false;
const untouched = (_: IncomingMessage, chunk: Buffer) => chunk;

export async function startHttpProxy(target: string): Promise<HttpProxy> {
  const server = createServer((request, response) => {
    proxy.seen.push(`${request.method} ${request.url}`);
    if (proxy.intercept(request, response)) return;
    const options = { method: request.method, headers: request.headers };
    const passed = send(target + request.url, options, (answer) => {
      const { 'content-length': _, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.on('data', (chunk: Buffer) => {
        const passed = proxy.tamper(request, chunk, response);
        if (!response.writableEnded) response.write(passed);
      });
      answer.on('end', () => response.end()).on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    intercept: passes,
    tamper: untouched,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
