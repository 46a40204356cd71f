import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresConfig } from '../../services/kit/postgres';
import { eventually, freePort } from '../harness/processes';
import { findS3Server, s3Keys, s3Skipped, startS3, type TestS3 } from '../harness/s3';
import { bundleServices, type Service, startService } from '../services/support/service';
import { startWithFiles } from './registry';
import { callsThat, type Results, runSuite } from './suites';
import { clients, preparePython } from './venv';

const what = 'the clients of the Open Inference Protocol';

/** Flows that share a process. */
const suites: Readonly<Record<string, readonly string[]>> = {
  "Triton's clients, curl, and a model's way from MLflow's client to pandas": ['triton', 'registry'],
  "KServe's client": ['kserve'],
};

/** The clients of the Open Inference Protocol against model servers as their image has them, whose models come from our registry. */
export async function judgeServing(results: Results, database: PostgresConfig): Promise<void> {
  const prepared = preparePython(clients.serving);
  if ('missing' in prepared) return results.skip(what, prepared.missing);
  if (!findS3Server()) return results.skip(what, s3Skipped);
  const folder = mkdtempSync(join(tmpdir(), 'mlops-serving-'));
  const registry = await startWithFiles(database);
  const s3 = await startS3({ prefix: 'inference-log' });
  const bundle = bundleServices();
  const started: Service[] = [];
  try {
    const registryEnv = { MLFLOW_TRACKING_URI: registry.url, MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' };
    // Not execFileSync: the registry that it speaks to runs in this process.
    await promisify(execFile)(prepared.python, ['-m', 'serving.models'], {
      ...{ cwd: __dirname, env: { ...process.env, ...registryEnv } },
    });
    const token = randomBytes(32).toString('base64url');
    const start = async (model: string, env: Record<string, string> = {}) => {
      const grpcPort = await freePort();
      const server = await startService(bundle, 'model-server', {
        ...{ MODEL_URI: `models:/${model}@champion`, MLFLOW_TRACKING_URI: registry.url },
        ...{ CACHE_DIR: join(folder, model), LISTEN_ON_8081: String(grpcPort), ...env },
      });
      started.push(server);
      await eventually(async () => {
        const ready = await server.get('/readyz');
        if (ready.status !== 200) throw new Error(`${model} is not ready: ${ready.body}\n${server.output()}`);
      }, 60_000);
      return { ...server, grpc: `127.0.0.1:${grpcPort}` };
    };
    const everything = await start('everything');
    const sums = await start('sums', {
      ...{ AUTH_MODE: 'required', AUTH_TOKENS_FILE: written(folder, token), ...logIn(s3) },
    });
    const env = {
      ...registryEnv,
      ...{ EVERYTHING_URL: everything.url, EVERYTHING_GRPC: everything.grpc },
      ...{
        SUMS_URL: sums.url,
        SUMS_GRPC: sums.grpc,
        SUMS_TOKEN: token,
        LOG_FOLDER: join(s3.directory, 'inference-log'),
      },
    };
    for (const [title, args] of Object.entries(suites))
      await runSuite(results, { title, python: prepared.python, script: 'serving_suite.py', args, env });
    for (const server of started)
      results.check('no call failed inside a model server', callsThat(server, 'request failed', 'call failed'));
  } finally {
    await Promise.all(started.map((server) => server.stop()));
    await registry.stop();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function written(folder: string, token: string): string {
  const file = join(folder, 'tokens');
  writeFileSync(file, `${token}\n`);
  return file;
}

const logIn = ({ config }: TestS3) => ({
  INFERENCE_LOG_BUCKET: config.bucket,
  INFERENCE_LOG_PREFIX: config.prefix,
  INFERENCE_LOG_ENDPOINT: config.endpoint ?? '',
  INFERENCE_LOG_PATH_STYLE: 'true',
  INFERENCE_LOG_ACCESS_KEY_ID: s3Keys.access,
  INFERENCE_LOG_SECRET_ACCESS_KEY: s3Keys.secret,
});
