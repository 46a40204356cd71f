import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { ProgramError } from '../kit/errors';
import { createLog, type Log } from '../kit/log';
import { FileObjectStore } from '../kit/object-store-files';
import { ending, run } from '../kit/process';
import { grpcPort, modelServerContract } from './contract';
import { OnnxEngine } from './engine/onnx';
import { recordsIn } from './inference-log/records';
import { FileRepository } from './models/file-repository';
import { LoadMetrics } from './models/load-metrics';
import { RegistryRepository } from './models/registry-repository';
import type { ModelRepository } from './models/repository';
import { modelUriOf } from './models/uri';
import { ModelServer } from './server';

const options = {
  model: { type: 'string', default: '' },
  port: { type: 'string', default: String(modelServerContract.port) },
  'grpc-port': { type: 'string', default: String(grpcPort) },
  'tracking-uri': { type: 'string' },
  batch: { type: 'string', default: '1' },
  log: { type: 'string' },
} as const;

/** A model on one machine, for one person. Run by `mlops local serve`; it ends at a signal, and when that command ends. */
run(async () => {
  const { values } = parseArgs({ options });
  const { model, port } = values;
  const grpc = values['grpc-port'];
  const log = createLog(modelServerContract.name, 'warn');
  const register = new Registry();
  const stopped = ending();
  const { repository, name } = model.startsWith('models:/')
    ? await ofRegistry(model, values['tracking-uri'], log, register)
    : await ofFile(model);
  const { env } = modelServerContract;
  const limits = {
    BATCH_MAX_SIZE: Number(values.batch),
    BATCH_WINDOW_MS: env.BATCH_WINDOW_MS.parse(undefined),
    QUEUE_SIZE: env.QUEUE_SIZE.parse(undefined),
    REQUEST_TIMEOUT_MS: env.REQUEST_TIMEOUT_MS.parse(undefined),
    MAX_REQUEST_MIB: env.MAX_REQUEST_MIB.parse(undefined),
    MAX_HELD_MIB: env.MAX_HELD_MIB.parse(undefined),
  };
  const store = values.log === undefined ? undefined : new FileObjectStore(resolve(values.log));
  const records = store && recordsIn({ store, sample: 1, log, register });
  const server = new ModelServer({ log, register, repository, limits, records });
  await server.listen(Number(port), Number(grpc), 'localhost').catch((error: Error) => {
    throw portProblem(port, grpc, error);
  });
  const url = `http://localhost:${port}`;
  process.stdout.write(
    `model '${name}' on ${url}, gRPC on localhost:${grpc}\n  curl ${url}/v2/models/${encodeURIComponent(name)}\n  Ctrl-C ends it\n`,
  );
  await stopped;
  await server.close();
  process.exit(0);
});

async function ofFile(model: string): Promise<{ repository: ModelRepository; name: string }> {
  const file = resolve(model);
  if (!existsSync(file))
    throw new ProgramError(`no model ${model}, got no file ${file}; name an .onnx file, or models:/NAME@ALIAS`);
  const name = basename(file).replace(/\.[^.]*$/, '') || 'model';
  const repository = await FileRepository.open(new OnnxEngine({ threads: 1 }), file, name).catch((error: Error) => {
    throw new ProgramError(`${file} cannot be served, got ${error.message}; name an ONNX model`);
  });
  return { repository, name };
}

/** Fetched models stay in the user's cache, so that the next start needs no registry. */
async function ofRegistry(uri: string, trackingUri = process.env['MLFLOW_TRACKING_URI'], log: Log, register: Registry) {
  if (!trackingUri)
    throw new ProgramError(
      `${uri} lies in a registry, got no address of one; give --tracking-uri, or set MLFLOW_TRACKING_URI`,
    );
  const { name } = modelUriOf(uri);
  const token = process.env['MLFLOW_TRACKING_TOKEN'];
  const repository = await RegistryRepository.open({
    uri,
    registry: { trackingUri, trackingToken: token === undefined ? undefined : () => token },
    engine: new OnnxEngine({ threads: 1 }),
    cacheFolder: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mlops-constructs/models'),
    maxModelMib: 16 * 1024,
    watchSeconds: 2,
    log,
    metrics: new LoadMetrics(register),
  });
  return { repository, name };
}

/** gRPC tells the reason in its message only. */
function portProblem(port: string, grpcPort: string, error: Error): Error {
  const reason = /EACCES|EADDRINUSE/.exec(error.message)?.[0];
  if (reason === 'EACCES')
    return new ProgramError(
      `port ${port} or ${grpcPort} is for root only, got ${reason}; choose some above 1023 by --port and --grpc-port`,
    );
  if (reason === undefined && !error.message.includes('No address added')) return error;
  return new ProgramError(
    `port ${port} or ${grpcPort} of this machine is taken, got ${error.message}; choose others by --port and --grpc-port`,
  );
}
