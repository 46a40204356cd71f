import { once } from 'node:events';
import { connect } from 'node:net';
import { ServiceError } from '../../services/kit/errors';
import { authorizerOf, BearerTokens } from '../../services/model-server/auth/bearer-tokens';
import type { Observation } from '../../services/model-server/inference-log/observer';
import { eventually } from '../harness/processes';
import { HeldEngine } from './support/held-engine';
import { startModelServer, type TestModelServer, type TestModelServerProps } from './support/model-server';
import { offsetModel, onnxFile } from './support/onnx';
import type { Answer } from './support/serve';

let server: TestModelServer;
let engine: HeldEngine;
afterEach(async () => {
  engine?.letGo();
  await server.stop();
});

async function startHeld(props: TestModelServerProps = {}, model = offsetModel(1)): Promise<void> {
  engine = new HeldEngine();
  server = await startModelServer(model, { ...props, engine });
}

const row = (value: number, parameters?: object) => ({
  parameters,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [value, value] }],
});
const runs = (count: number) => eventually(async () => expect(engine.runs.length).toBe(count));
const waiting = (count: number) =>
  eventually(async () =>
    expect((await server.get('/metrics')).body).toMatch(
      new RegExp(`^model_queue_length\\{model="m"\\} ${count}$`, 'm'),
    ),
  );
/** Sends one after the other, so that they wait in that order. */
async function queue(values: readonly number[]): Promise<Promise<Answer>[]> {
  const answers = [server.infer(row(values[0] as number))];
  await runs(1);
  for (const [i, value] of values.slice(1).entries()) {
    answers.push(server.infer(row(value)));
    await waiting(i + 1);
  }
  return answers;
}
const dataOf = async (answer: Promise<Answer>) => (await answer).json.outputs[0].data;

describe('the queue', () => {
  test('refuses with 429 and a time to wait when it is full, and answers all that it took', async () => {
    await startHeld({ queueSize: 2 });
    const answers = await queue([1, 2, 3]);
    const { status, headers, json } = await server.infer(row(4));
    expect([status, headers.get('retry-after'), json.error]).toEqual([
      429,
      '1',
      "2 requests wait for model 'm' version 1; try again",
    ]);
    engine.letGo();
    expect(await Promise.all(answers.map(dataOf))).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(engine.runs.length).toBe(3);
  });

  test('a client that has gone is not computed for, and gives its place to the next', async () => {
    await startHeld({ queueSize: 1 });
    const first = server.infer(row(1));
    await runs(1);
    const gone = new AbortController();
    const body = JSON.stringify(row(2));
    const second = server.send('POST', '/v2/models/m/infer', { body, signal: gone.signal });
    await waiting(1);
    gone.abort();
    await expect(second).rejects.toThrow('aborted');
    const third = await eventually(async () => {
      const answer = server.infer(row(3));
      // It is either refused at once or it waits.
      const refused = await Promise.race([answer.then(({ status }) => status), waiting(1).then(() => 0)]);
      if (refused === 429) throw new Error('the place is still taken');
      return { answer };
    });
    engine.letGo();
    expect([await dataOf(first), await dataOf(third.answer)]).toEqual([
      [2, 2],
      [4, 4],
    ]);
    expect(engine.runs.length).toBe(2);
  });

  test('a request that has waited past its time gets 504, whichever way it said so', async () => {
    await startHeld({ timeoutMs: 60_000 });
    const first = server.infer(row(1));
    await runs(1);
    const { status, json } = await server.infer(row(2, { timeout: 1_000_000 }));
    expect([status, json.error]).toEqual([504, "model 'm' version 1 did not come to this request in time"]);
    const tensor = { name: 'x', datatype: 'FP32' as const, shape: [1, 2], data: new Float32Array(2) };
    await expect(server.inference.infer('m', undefined, { inputs: [tensor] }, { deadline: 0 })).rejects.toThrow(
      "model 'm' version 1 did not come to this request in time",
    );
    engine.go();
    expect((await first).status).toBe(200);
    expect(engine.runs.length).toBe(1);
  });

  test('a model is unloaded after its last request', async () => {
    await startHeld();
    const [first, second] = await queue([1, 2]);
    const unloaded = server.post('/v2/repository/models/m/unload');
    await eventually(async () => expect((await server.get('/v2/models/m/ready')).status).toBe(503));
    engine.letGo();
    expect([await dataOf(first as Promise<Answer>), await dataOf(second as Promise<Answer>)]).toEqual([
      [2, 2],
      [3, 3],
    ]);
    expect((await unloaded).status).toBe(200);
  });
});

describe('batching', () => {
  test('what waits while the model is busy runs as one, and each gets its own rows', async () => {
    await startHeld({ batchRows: 8 });
    const answers = await queue([1, 2, 3, 4]);
    engine.go();
    await runs(2);
    engine.go();
    expect(await Promise.all(answers.map(dataOf))).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    expect(engine.runs).toEqual([
      [1, 2],
      [3, 2],
    ]);
    expect((await server.get('/metrics')).body).toMatch(/^model_batch_rows_sum\{model="m",version="1"\} 4$/m);
  });

  test('never runs more rows than it may, and one request that has more by itself', async () => {
    await startHeld({ batchRows: 2 });
    const answers = await queue([1, 2, 3, 4]);
    const big = server.infer({ inputs: [{ name: 'x', datatype: 'FP32', shape: [3, 2], data: [1, 1, 1, 1, 1, 1] }] });
    await waiting(4);
    engine.letGo();
    await Promise.all([...answers, big].map(dataOf));
    expect(engine.runs.map(([rows]) => rows)).toEqual([1, 2, 1, 3]);
  });

  test('requests of other shapes or for other outputs do not run together', async () => {
    const inputs = [{ name: 'x', datatype: 'FP32' as const, shape: ['n', 'm'] }];
    const outputs = ['y', 'z'].map((name) => ({ name, datatype: 'FP32' as const, shape: ['n', 'm'] }));
    const nodes = outputs.map(({ name }) => ({ op: 'Neg', inputs: ['x'], outputs: [name] }));
    await startHeld({ batchRows: 8 }, onnxFile({ inputs, outputs, nodes }));
    const ask = (columns: number, wanted: string) =>
      server.infer({
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, columns], data: Array(columns).fill(columns) }],
        outputs: [{ name: wanted }],
      });
    const answers = [ask(1, 'y')];
    await runs(1);
    for (const [columns, wanted] of [
      [1, 'y'],
      [2, 'y'],
      [1, 'z'],
      [1, 'y'],
      [2, 'y'],
    ] as const) {
      answers.push(ask(columns, wanted));
      await waiting(answers.length - 1);
    }
    engine.letGo();
    expect(await Promise.all(answers.map(dataOf))).toEqual([[-1], [-1], [-2, -2], [-1], [-1], [-2, -2]]);
    expect(engine.runs).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 1],
    ]);
  });

  test('one request that the model fails on does not spoil the others', async () => {
    const model = onnxFile({
      inputs: [{ name: 'row', datatype: 'INT64', shape: ['n'] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['n'] }],
      nodes: [{ op: 'Gather', inputs: ['table', 'row'], outputs: ['y'] }],
      constants: [{ name: 'table', shape: [3], data: [10, 11, 12] }],
    });
    await startHeld({ batchRows: 8 }, model);
    const ask = (at: number) => server.infer({ inputs: [{ name: 'row', datatype: 'INT64', shape: [1], data: [at] }] });
    const answers = [ask(0)];
    await runs(1);
    for (const at of [1, 7, 2]) {
      answers.push(ask(at));
      await waiting(answers.length - 1);
    }
    engine.letGo();
    const [a, b, c, d] = await Promise.all(answers);
    expect([a, b, d].map((answer) => answer?.json.outputs[0].data)).toEqual([[10], [11], [12]]);
    expect(c?.status).toBe(400);
  });

  test('a model whose outputs have no rows of their own answers each by itself', async () => {
    const model = onnxFile({
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['n'] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['k'] }],
      nodes: [{ op: 'ReduceSum', inputs: ['x'], outputs: ['y'], attributes: { keepdims: 1 } }],
    });
    await startHeld({ batchRows: 8 }, model);
    const ask = (value: number) =>
      server.infer({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [value] }] });
    const answers = [ask(1)];
    await runs(1);
    for (const value of [2, 3]) {
      answers.push(ask(value));
      await waiting(answers.length - 1);
    }
    engine.letGo();
    expect(await Promise.all(answers.map(dataOf))).toEqual([[1], [2], [3]]);
  });
});

describe('tokens', () => {
  const [one, two] = ['1'.repeat(32), '2'.repeat(40)] as const;
  test('only who has one comes in; probes and metrics are open; a file that changes counts without a restart', async () => {
    let file = `${one}\n`;
    server = await startModelServer(offsetModel(1), { authorizer: new BearerTokens(() => file) });
    const ask = (token?: string) =>
      server.send('POST', '/v2/models/m/infer', {
        body: JSON.stringify(row(1)),
        ...(token && { headers: { authorization: `Bearer ${token}` } }),
      });
    for (const path of ['/livez', '/readyz', '/metrics', '/v2/health/live', '/v2/health/ready'])
      expect((await server.get(path)).status).toBe(200);
    const { status, headers, json } = await ask();
    expect([status, headers.get('www-authenticate'), json.error]).toEqual([
      401,
      'Bearer realm="model-server"',
      'this server asks for a token: authorization: Bearer …',
    ]);
    for (const path of ['/v2', '/v2/models/m', '/v2/models/m/ready']) expect((await server.get(path)).status).toBe(401);
    expect([(await ask(one)).status, (await ask(two)).status]).toEqual([200, 401]);
    file = `${one}\n${two}\n`;
    expect([(await ask(one)).status, (await ask(two)).status]).toEqual([200, 200]);
    file = `${two}\nshort\n`;
    await eventually(async () => expect((await ask(one)).status).toBe(401));
    expect([(await ask(two)).status, (await ask('short')).status]).toEqual([200, 401]);
    file = '';
    expect((await server.get('/readyz')).json.problems).toEqual([
      'auth: the file of tokens has none of 32 characters or more; put one there, of random ones',
    ]);
  });

  test('required tokens that are nowhere keep the server from starting', () => {
    expect(authorizerOf({ mode: 'none', tokens: () => one })).toBeUndefined();
    expect(() => authorizerOf({ mode: 'required' })).toThrow(
      "AUTH_MODE is 'required', got no tokens; name their file by AUTH_TOKENS_FILE, or set AUTH_MODE to 'none'",
    );
    const gone = authorizerOf({
      mode: 'required',
      tokens: () => {
        throw new Error('no such file');
      },
    });
    expect(() => gone?.authorize(`Bearer ${one}`)).toThrow(ServiceError);
  });
});

test('an observer is told of each answer: the request, the response, its id and when it came', async () => {
  const seen: Observation[] = [];
  server = await startModelServer(offsetModel(1), { observe: (observation) => seen.push(observation) });
  const before = Date.now();
  const { json } = await server.infer(row(1));
  await server.infer({ ...row(2), id: 'mine' });
  await server.infer({ inputs: [] });
  expect(seen.map(({ requestId }) => requestId)).toEqual([json.id, 'mine']);
  expect(seen[0]?.time).toBeGreaterThanOrEqual(before);
  expect(seen[1]?.request.inputs[0]?.data).toEqual(Float32Array.from([2, 2]));
  expect(seen[1]?.response.outputs[0]?.data).toEqual(Float32Array.from([3, 3]));
});

test('a client that is too slow to send its request is cut off with 408, and others are answered meanwhile', async () => {
  server = await startModelServer(offsetModel(1), { timeoutMs: 300 });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => (answer += text));
  socket.write('POST /v2/models/m/infer HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{');
  const drip = setInterval(() => socket.write(' '), 50);
  expect((await server.infer(row(1))).status).toBe(200);
  await once(socket, 'close');
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});
