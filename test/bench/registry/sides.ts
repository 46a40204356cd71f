import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PostgresConfig } from '../../../services/kit/postgres';
import { end, eventually, freePort, start } from '../../harness/processes';
import type { TestS3 } from '../../harness/s3';
import { registryEnvironment } from '../../services/support/environment';
import { bundleServices, startService } from '../../services/support/service';

/** A server under load. */
export interface Side {
  readonly name: string;
  readonly url: string;
  /** Root of its processes. */
  readonly pid: number;
  readonly stop: () => Promise<unknown>;
}

/** Tables and imports of MLflow take their time on a loaded machine. */
const startLimitMs = 240_000;

/** What the image sets for its process. */
function imageEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(join(__dirname, '../../../services/Dockerfile'), 'utf8');
  return Object.fromEntries([...dockerfile.matchAll(/^ENV (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** The registry as its image has it. */
export async function startOurs(database: PostgresConfig, s3: TestS3 | undefined): Promise<Side> {
  const bundle = bundleServices();
  const service = await startService(bundle, 'registry', {
    ...registryEnvironment(database, s3?.config ?? 'http://127.0.0.1:1'),
    MAX_UPLOAD_MIB: '2048',
    ...imageEnvironment(),
  });
  await eventually(async () => {
    const { status, body } = await service.get('/api/2.0/mlflow/experiments/get?experiment_id=0');
    if (status !== 200) throw new Error(`the registry does not start: ${body}`);
  }, startLimitMs);
  const stop = () => service.stop('SIGKILL');
  return { name: 'ours', url: service.url, pid: service.child.pid ?? 0, stop };
}

/** The real server with two workers, as its own documentation starts it; with `nodelay` its sockets wait for no more bytes. */
export async function startMlflow(python: string, database: PostgresConfig, nodelay = false): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-mlflow-'));
  const port = await freePort();
  const { user, password, host, port: postgresPort, database: name } = database;
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '2'];
  const backend = `postgresql+psycopg2://${user}:${password?.()}@${host}:${postgresPort}/${name}`;
  const child = start(
    join(dirname(python), 'mlflow'),
    [...args, '--backend-store-uri', backend, '--artifacts-destination', folder],
    {
      ...process.env,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      ...(nodelay && { PYTHONPATH: join(__dirname, 'nodelay') }),
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) return;
    const answer = await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`);
    if (answer.status !== 200) throw new Error(`MLflow does not start: ${output}`);
  }, startLimitMs);
  if (child.exitCode !== null) throw new Error(`MLflow did not start:\n${output}`);
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { name: nodelay ? 'MLflow, TCP_NODELAY' : 'MLflow', url, pid: child.pid ?? 0, stop };
}
