import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresConfig } from '../../services/kit/postgres';
import { eventually, freePort, start } from '../harness/processes';
import type { RunningRegistry } from './registry';

/** How long it may take to make its tables and to load its modules, on a loaded machine. */
const startLimitMs = 240_000;

/** The real MLflow server on a database of its own: what ours is compared with. */
export async function startMlflow(python: string, database: PostgresConfig): Promise<RunningRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-mlflow-'));
  const port = await freePort();
  const { user, host, port: postgresPort, database: name, password } = database;
  const backend = `postgresql+psycopg2://${user}:${password?.()}@${host}:${postgresPort}/${name}`;
  const server = start(python, [join(__dirname, 'differential/mlflow_server.py'), String(port), backend, folder]);
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    server.stdin.end();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await eventually(async () => {
      if (server.exitCode !== null) return;
      await fetch(`${url}/health`);
    }, startLimitMs);
    if (server.exitCode !== null) throw new Error('it ended');
  } catch (error) {
    await stop();
    throw new Error(`the real MLflow server did not start: ${error}\n${output}`);
  }
  return { url, output: () => output, stop };
}
