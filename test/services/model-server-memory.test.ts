import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { eventually } from '../harness/processes';
import { HeldEngine } from './support/held-engine';
import { startModelServer, type TestModelServer } from './support/model-server';
import { offsetModel } from './support/onnx';

let server: TestModelServer;
let engine: HeldEngine;
const start = async (heldMib: number) => {
  engine = new HeldEngine();
  server = await startModelServer(offsetModel(1), { engine, heldMib });
};
afterEach(async () => {
  engine.letGo();
  await server.stop();
});

const mib = 1024 * 1024;
/** A request of so many bytes, about. */
const sized = (bytes: number) => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }];
  return JSON.stringify({ inputs, padding: ' '.repeat(bytes) });
};
const infer = (bytes: number) => server.infer(sized(bytes));
const runs = (count: number) => eventually(async () => expect(engine.runs.length).toBe(count));
const held = async () => {
  const { body } = await server.get('/metrics');
  return {
    bytes: Number(/^inference_request_bytes (\d+)$/m.exec(body)?.[1]),
    refused: Number(/^inference_requests_over_memory_total (\d+)$/m.exec(body)?.[1]),
  };
};
/** A request without a length, as chunks. */
const chunked = (parts: readonly string[]) =>
  server.send('POST', '/v2/models/m/infer', {
    body: ReadableStream.from(parts.map((part) => Buffer.from(part))) as never,
    ...({ duplex: 'half' } as object),
  });

test('requests that are too many bytes together are refused with 429 and a time to wait, small ones go on', async () => {
  await start(1);
  const first = infer(0.7 * mib);
  await runs(1);
  const { status, headers, json } = await infer(0.5 * mib);
  expect([status, headers.get('retry-after'), json.error]).toEqual([
    429,
    '1',
    'large requests of 1 MiB at most are held in memory at once; try again',
  ]);
  const small = infer(1000);
  const parts = Array.from({ length: 8 }, () => ' '.repeat(0.1 * mib));
  expect((await chunked(parts)).status).toBe(429);
  await eventually(async () => expect(await held()).toEqual({ bytes: expect.any(Number), refused: 2 }));
  expect((await held()).bytes).toBeGreaterThan(0.7 * mib);
  engine.letGo();
  expect([(await first).status, (await small).status]).toEqual([200, 200]);
  expect((await infer(0.9 * mib)).status).toBe(200);
  expect((await chunked([sized(0.9 * mib)])).status).toBe(200);
  await eventually(async () => expect(await held()).toEqual({ bytes: 0, refused: 2 }));
});

test('one that is larger than all may be together is taken when it is alone but for small ones, and keeps out none of these', async () => {
  await start(0.5);
  const first = infer(10_000);
  await runs(1);
  const large = infer(0.9 * mib);
  await eventually(async () => expect((await held()).bytes).toBeGreaterThan(0.9 * mib));
  const small = infer(10_000);
  expect((await infer(0.1 * mib)).status).toBe(429);
  engine.letGo();
  expect((await Promise.all([first, large, small])).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a client that goes away in the middle of its request, or before its answer, holds nothing', async () => {
  await start(1);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /v2/models/m/infer HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n');
  socket.write(' '.repeat(600_000));
  await eventually(async () => expect((await held()).bytes).toBe(600_000));
  socket.destroy();
  await eventually(async () => expect((await held()).bytes).toBe(0));
  const gone = new AbortController();
  const left = server.send('POST', '/v2/models/m/infer', { body: sized(0.7 * mib), signal: gone.signal });
  left.catch(() => undefined);
  await runs(1);
  gone.abort();
  engine.letGo();
  await eventually(async () => expect((await held()).bytes).toBe(0));
});

test('a request that waits behind another one of its connection holds nothing when the connection goes', async () => {
  await start(1);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const raw = (body: string) =>
    `POST /v2/models/m/infer HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  socket.write(raw(sized(10)) + raw(sized(0.85 * mib)));
  await eventually(async () => expect((await held()).bytes).toBeGreaterThan(0.85 * mib));
  socket.destroy();
  await once(socket, 'close');
  engine.letGo();
  await eventually(async () => expect((await held()).bytes).toBe(0));
  expect((await infer(0.5 * mib)).status).toBe(200);
});

test('a connection that is kept for many requests keeps no listeners of those that were answered', async () => {
  await start(1);
  engine.letGo();
  const connected = once(server.app.server, 'connection');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async () => {
    const url = new URL('/v2/models/m/infer', server.url);
    const asked = request(url, { method: 'POST', agent }).end(sized(10));
    const [response] = await once(asked, 'response');
    response.resume();
    await once(response, 'end');
    return [response.statusCode, socket?.listenerCount('close')];
  };
  let socket: Socket | undefined;
  await ask();
  [socket] = await connected;
  const [status, listeners] = await ask();
  expect(status).toBe(200);
  for (let i = 0; i < 12; i++) expect(await ask()).toEqual([200, listeners]);
  agent.destroy();
});
