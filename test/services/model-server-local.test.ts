import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { type Child, end, eventually, freePort, start } from '../harness/processes';
import { offsetModel } from './support/onnx';
import { callsTo } from './support/serve';
import { bundleServices } from './support/service';

let folder: string;
const children: Child[] = [];

beforeAll(() => {
  folder = temporaryFolder('local');
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'delay.onnx'), offsetModel(1));
  // Where somebody who is not root, and may therefore not have every port, can read it.
  cpSync(join(bundleServices(), 'local'), join(folder, 'local'), { recursive: true });
});
afterAll(async () => {
  for (const child of children) await end(child, 'SIGKILL');
});

const program = () => join(folder, 'local/model-server.js');

/** Runs it to its end; as root as somebody else. */
function refused(...args: string[]) {
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  return spawnSync(process.execPath, [program(), `--model=${join(folder, 'delay.onnx')}`, ...args], {
    ...{ encoding: 'utf8', timeout: 30_000, env: { ...process.env, HOME: folder } },
    ...nobody,
  }).stderr;
}

test('serves a file, and ends with the command that started it', async () => {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const args = [`--model=${join(folder, 'delay.onnx')}`, `--port=${port}`, `--grpc-port=${grpcPort}`];
  const child = start(process.execPath, [program(), ...args]);
  children.push(child);
  const { get, post } = callsTo(`http://localhost:${port}`);
  await eventually(async () => expect((await get('/readyz')).status).toBe(200), 60_000);
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }];
  expect((await post('/v2/models/delay/infer', { inputs })).json.outputs[0].data).toEqual([2, 3]);
  expect(await end(child)).toBe(0);
}, 90_000);

test('says which port is taken, or for root only, and what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as { port: number };
  const [port, grpcPort] = [await freePort(), await freePort()];
  const said = refused(`--port=${taken}`, `--grpc-port=${grpcPort}`);
  const saidOfGrpc = refused(`--port=${port}`, `--grpc-port=${taken}`);
  server.close();
  expect(said).toMatch(new RegExp(`^port ${taken} or ${grpcPort} of this machine is taken, got .*EADDRINUSE`));
  expect(saidOfGrpc).toMatch(
    /of this machine is taken, got .*EADDRINUSE.*; choose others by --port and --grpc-port\n$/,
  );
  for (const args of [
    ['--port=80', `--grpc-port=${grpcPort}`],
    [`--port=${port}`, '--grpc-port=81'],
  ])
    expect(refused(...args)).toMatch(
      /^port \d+ or \d+ is for root only, got EACCES; choose some above 1023 by --port and --grpc-port\n$/m,
    );
}, 120_000);
