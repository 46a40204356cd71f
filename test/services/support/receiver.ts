import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
  readonly json: any;
  readonly at: number;
}

/** A server that webhooks are sent to, and what has reached it. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers; by default 200. It may keep the response open. */
  answer: (received: Received, response: ServerResponse) => void;
  readonly stop: () => Promise<unknown>;
}

const ok: Receiver['answer'] = (_, response) => response.writeHead(200).end('thanks');

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const one = { path, headers, body, json: JSON.parse(body), at: Date.now() };
      receiver.received.push(one);
      receiver.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: ok,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
