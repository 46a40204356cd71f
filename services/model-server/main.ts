import { Registry } from 'prom-client';
import { readConfig } from '../kit/config';
import { createLog } from '../kit/log';
import { closeOnSignal, run } from '../kit/process';
import { authorizerOf } from './auth/bearer-tokens';
import { grpcPort, modelServerContract } from './contract';
import { OnnxEngine } from './engine/onnx';
import { recordsOf } from './inference-log/records';
import { LoadMetrics } from './models/load-metrics';
import { RegistryRepository } from './models/registry-repository';
import { ModelServer } from './server';

run(async () => {
  const config = readConfig(modelServerContract, process.env);
  const log = createLog(modelServerContract.name, config.LOG_LEVEL);
  const register = new Registry();
  const authorizer = authorizerOf(config.auth);
  const repository = await RegistryRepository.open({
    uri: config.MODEL_URI,
    name: config.MODEL_NAME,
    registry: config.mlflow,
    engine: new OnnxEngine({ threads: config.INTRA_OP_THREADS }),
    cacheFolder: config.CACHE_DIR,
    maxModelMib: config.MAX_MODEL_MIB,
    watchSeconds: config.WATCH_SECONDS,
    log,
    metrics: new LoadMetrics(register),
  });
  const records = recordsOf(config.inferenceLog, { sample: config.LOG_SAMPLE, log, register });
  const server = new ModelServer({ log, register, repository, limits: config, authorizer, records });
  closeOnSignal(
    log,
    () => server.close(),
    () => server.drain(),
  );
  await server.listen(modelServerContract.port, grpcPort);
});
