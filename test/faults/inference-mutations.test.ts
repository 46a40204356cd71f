import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { type Child, end, eventually, freePort, start } from '../harness/processes';
import { offsetModel } from '../services/support/onnx';
import { type Answer, callsTo, type Served } from '../services/support/serve';
import { bundleServices } from '../services/support/service';
import { inferences, mutateInference } from './inference-mutations';
import { measuredArgs, send, sendStorm, storm } from './storm';

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
  const args = [`--model=${join(folder, 'm.onnx')}`, `--port=${port}`, `--grpc-port=${grpcPort}`];
  child = start(process.execPath, [...measuredArgs, join(bundle, 'local/model-server.js'), ...args]);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  server = callsTo(`http://localhost:${port}`);
  await eventually(async () => expect((await server.get('/readyz')).status).toBe(200), 60_000);
});
afterAll(async () => {
  await end(child, 'SIGKILL');
});

const row = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] };

test('the requests are taken as they are', async () => {
  for (const one of inferences)
    expect([one.method, one.path, await send(server.url, one)]).toEqual([one.method, one.path, 200]);
});

test(`${storm.requests} mutated tensors and bodies: no 5xx, no end of the process, no leak, and the right answer afterwards`, async () => {
  const target = { url: server.url, child, output: () => output };
  const { failed, counts, growth } = await sendStorm(target, (chance) =>
    mutateInference(chance.pick(inferences), chance),
  );
  expect(failed).toEqual([]);
  expect(counts.get(200)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(storm.requests / 4);
  expect(child.exitCode).toBeNull();
  expect(growth).toBeLessThan(storm.growth);
  const { json }: Answer = await server.post('/v2/models/m/infer', row);
  expect(json.outputs[0].data).toEqual([2, 3]);
});
