import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Child, end, eventually, freePort, start } from '../../harness/processes';

/** A server of one model `m` under load. */
export interface Side {
  readonly name: string;
  readonly inferUrl: URL;
  readonly pid: number;
  readonly stop: () => Promise<unknown>;
}

/** Imports of Python take their time on a loaded machine. */
const startLimitMs = 240_000;

/** Our server as it is bundled, with a file for a model. */
export async function startOurs(bundle: string, file: string, batch = 1): Promise<Side> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const args = [`--model=${file}`, `--port=${port}`, `--grpc-port=${grpcPort}`, `--batch=${batch}`];
  const child = start(process.execPath, [join(bundle, 'local/model-server.js'), ...args], {
    ...process.env,
    NODE_ENV: 'production',
  });
  const name = batch === 1 ? 'ours' : `ours, up to ${batch} as one`;
  return served(name, child, port, () => end(child));
}

/** MLServer without workers of its own, which are slower for a small model: each request passes through a queue between processes. */
export async function startMlserver(python: string, file: string): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-mlserver-'));
  const [http_port, grpc_port, metrics_port] = [await freePort(), await freePort(), await freePort()];
  const write = (name: string, json: object) => writeFileSync(join(folder, name), JSON.stringify(json));
  write('settings.json', { host: '127.0.0.1', http_port, grpc_port, metrics_port, parallel_workers: 0, debug: false });
  write('model-settings.json', {
    name: 'm',
    implementation: 'onnx_model.OnnxModel',
    parameters: { uri: file, version: '1' },
  });
  const env = { ...process.env, PYTHONPATH: join(__dirname, 'mlserver'), PYTHONDONTWRITEBYTECODE: '1' };
  const child = start(join(dirname(python), 'mlserver'), ['start', folder], env);
  return served('MLServer', child, http_port, async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  });
}

async function served(name: string, child: Child, port: number, stop: Side['stop']): Promise<Side> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-5000)));
  const url = `http://127.0.0.1:${port}/v2/models/m`;
  try {
    await eventually(async () => {
      if (child.exitCode !== null) return;
      if ((await fetch(`${url}/ready`)).status !== 200) throw new Error(`${name} is not ready: ${output}`);
    }, startLimitMs);
    if (child.exitCode !== null) throw new Error(`${name} did not start:\n${output}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, inferUrl: new URL(`${url}/infer`), pid: child.pid ?? 0, stop };
}
