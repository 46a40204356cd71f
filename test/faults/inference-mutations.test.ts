import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { type Child, end, eventually, freePort, start } from '../harness/processes';
import { offsetModel } from '../services/support/onnx';
import { type Answer, callsTo, type Served } from '../services/support/serve';
import { bundleServices } from '../services/support/service';
import { inferences, mutateInference } from './inference-mutations';
import { type Recorded, random } from './mutations';

const requests = 10_000;
const atOnce = 16;
/** Growth of memory after as many requests as before, with garbage collected, in MiB. */
const bound = 32;

let folder: string;
let bundle: string;
let child: Child;
let server: Served;
let output = '';

beforeAll(async () => {
  bundle = bundleServices();
  folder = temporaryFolder('mutations');
  writeFileSync(join(folder, 'm.onnx'), offsetModel(1));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const memory = ['--expose-gc', '--require', join(__dirname, 'memory-on-signal.cjs')];
  const args = [`--model=${join(folder, 'm.onnx')}`, `--port=${port}`, `--grpc-port=${grpcPort}`];
  child = start(process.execPath, [...memory, join(bundle, 'local/model-server.js'), ...args]);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  server = callsTo(`http://localhost:${port}`);
  await eventually(async () => expect((await server.get('/readyz')).status).toBe(200), 60_000);
});
afterAll(async () => {
  await end(child, 'SIGKILL');
});

/** Bytes as they are, on a connection of their own. 0: the server closed it without an answer. */
function send({ method, path, headers, body }: Recorded): Promise<number> {
  return new Promise((resolve) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, timeout: 60_000, agent: false } as const;
    const outgoing = request(server.url + path, options, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', () => resolve(0)).once('timeout', () => outgoing.destroy());
    outgoing.end(body);
  });
}

/** Resident memory of the server in MiB, without garbage. */
async function memory(): Promise<number> {
  const seen = output.split('memory ').length;
  child.kill('SIGUSR2');
  await eventually(async () => expect(output.split('memory ').length).toBeGreaterThan(seen), 60_000);
  return Number(output.split('memory ').at(-1)?.split('\n')[0]);
}

const counts = new Map<number, number>();

async function sendMutated(from: number, count: number): Promise<Recorded[]> {
  const failed: Recorded[] = [];
  let next = from;
  const sender = async () => {
    while (next < from + count) {
      const chance = random(next++);
      const mutated = mutateInference(chance.pick(inferences), chance);
      const status = await send(mutated);
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status === 0 || status >= 500) failed.push(mutated);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return failed;
}

const row = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] };

test('the requests are taken as they are', async () => {
  for (const one of inferences) expect([one.method, one.path, await send(one)]).toEqual([one.method, one.path, 200]);
});

test(`${requests} mutated tensors and bodies: no 5xx, no end of the process, no leak, and the right answer afterwards`, async () => {
  const first = await sendMutated(0, requests / 2);
  const before = await memory();
  const second = await sendMutated(requests / 2, requests / 2);
  const after = await memory();
  console.log(`memory ${before} and ${after} MiB; answers ${JSON.stringify(Object.fromEntries(counts))}`);
  expect([...first, ...second]).toEqual([]);
  expect(counts.get(200)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(requests / 4);
  expect(child.exitCode).toBeNull();
  expect(after - before).toBeLessThan(bound);
  const { json }: Answer = await server.post('/v2/models/m/infer', row);
  expect(json.outputs[0].data).toEqual([2, 3]);
});
