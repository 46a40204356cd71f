import type { Http } from '../../../services/kit/http';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
  readonly json: any;
}

/** A server and calls to it, over a socket as clients make them. */
export interface Served {
  readonly url: string;
  readonly get: (path: string) => Promise<Answer>;
  /** Sends JSON; text goes as it is. */
  readonly post: (path: string, body?: unknown) => Promise<Answer>;
  readonly send: (method: string, path: string, init?: RequestInit) => Promise<Answer>;
}

export function callsTo(url: string): Served {
  const send = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, { method, ...init });
    const body = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body, json: isJson ? JSON.parse(body) : undefined };
  };
  return {
    url,
    send,
    get: (path) => send('GET', path),
    post: (path, body = {}) =>
      send('POST', path, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}

export const serve = async (app: Pick<Http, 'listen'>): Promise<Served> =>
  callsTo(await app.listen({ host: '127.0.0.1', port: 0 }));
