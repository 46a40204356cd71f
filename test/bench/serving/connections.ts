import { connect, type Socket } from 'node:net';

/** What the connections saw, times in ms. */
export interface Calls {
  readonly times: number[];
  readonly seconds: number;
}

/**
 * Sends one request over and over on so many connections, each of which waits for its answer before it sends again. On bare sockets:
 * an HTTP client of Node takes longer for a call than the servers that are measured here.
 * @throws Error at any answer other than 200
 */
export async function repeat(url: URL, request: Buffer, connections: number, seconds: number): Promise<Calls> {
  const times: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, () => client(url, request, end, times)));
  return { times, seconds: (performance.now() - begin) / 1000 };
}

function client(url: URL, request: Buffer, end: number, times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(url.port), url.hostname);
    let start = 0;
    let answer = '';
    const send = () => {
      answer = '';
      start = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true).once('connect', send).once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/^content-length: *(\d+)/im.exec(answer.slice(0, head))?.[1] ?? Number.NaN);
      if (!answer.startsWith('HTTP/1.1 200') || Number.isNaN(length)) {
        reject(new Error(answer.slice(0, 500)));
        socket.destroy();
        return;
      }
      if (answer.length < head + 4 + length) return;
      const now = performance.now();
      times.push(now - start);
      if (now < end) send();
      else
        socket
          .removeAllListeners('close')
          .once('close', () => resolve())
          .end();
    });
  });
}

/** A request in bytes, its tensors as JSON. */
export const post = (url: URL, body: object) => requestOf(url, Buffer.from(JSON.stringify(body)), []);

/** A request in bytes: the input `x` as FP32, and the answer, lie behind the JSON. */
export function postBinary(url: URL, shape: readonly number[], raw: Buffer): Buffer {
  const input = { name: 'x', datatype: 'FP32', shape, parameters: { binary_data_size: raw.length } };
  const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
  return requestOf(url, Buffer.concat([json, raw]), [`inference-header-content-length: ${json.length}`]);
}

function requestOf(url: URL, body: Buffer, headers: readonly string[]): Buffer {
  const lines = [`POST ${url.pathname} HTTP/1.1`, `host: ${url.host}`, 'content-type: application/json', ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n`), body]);
}
