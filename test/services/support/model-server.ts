import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { buildApp } from '../../../services/model-server/app';
import type { Authorizer } from '../../../services/model-server/auth/bearer-tokens';
import type { Engine } from '../../../services/model-server/engine/engine';
import { OnnxEngine } from '../../../services/model-server/engine/onnx';
import type { FeedbackLog } from '../../../services/model-server/inference-log/feedback';
import type { Observer } from '../../../services/model-server/inference-log/observer';
import { FileRepository } from '../../../services/model-server/models/file-repository';
import { ModelInference } from '../../../services/model-server/serving/inference';
import { RequestBytes } from '../../../services/model-server/serving/request-bytes';
import { temporaryFolder } from '../../harness/folder';
import { readableLog } from './log-lines';
import { type Answer, type Served, serve } from './serve';

export interface TestModelServer extends Served {
  readonly app: ReturnType<typeof buildApp>;
  readonly repository: FileRepository;
  readonly inference: ModelInference;
  /** `POST /v2/models/m/infer` with this body. */
  readonly infer: (body: unknown) => Promise<Answer>;
  /** JSON and the bytes that follow it. */
  readonly inferBinary: (json: unknown, ...raw: readonly Buffer[]) => Promise<Response>;
  readonly stop: () => Promise<void>;
}

export interface TestModelServerProps {
  readonly queueSize?: number;
  readonly batchRows?: number;
  readonly windowMs?: number;
  readonly timeoutMs?: number;
  /** Requests held at once, in MiB. */
  readonly heldMib?: number;
  readonly authorizer?: Authorizer;
  readonly observe?: Observer;
  readonly feedback?: FeedbackLog;
  /** @default - onnxruntime with one thread */
  readonly engine?: Engine;
}

/** Serves one ONNX file as version 1 of the model `m`. */
export async function startModelServer(file: Buffer, props: TestModelServerProps = {}): Promise<TestModelServer> {
  const folder = temporaryFolder('model');
  writeFileSync(join(folder, 'm.onnx'), file);
  const { log } = readableLog();
  const register = new Registry();
  const engine = props.engine ?? new OnnxEngine({ threads: 1 });
  const repository = await FileRepository.open(engine, join(folder, 'm.onnx'), 'm');
  const inference = new ModelInference({
    repository,
    register,
    observe: props.observe,
    size: props.queueSize ?? 16,
    batchRows: props.batchRows ?? 1,
    windowMs: props.windowMs ?? 2,
    timeoutMs: props.timeoutMs ?? 30_000,
  });
  const app = buildApp({
    ...{ log, repository, inference, register, authorizer: props.authorizer, feedback: props.feedback },
    requestBytes: new RequestBytes({ most: (props.heldMib ?? 16) * 2 ** 20, small: 2 ** 15, register }),
    ...{ ready: repository.check, maxRequestMib: 1, requestTimeoutMs: props.timeoutMs ?? 30_000 },
  });
  const calls = await serve(app);
  return {
    ...calls,
    app,
    repository,
    inference,
    infer: (body) => calls.post('/v2/models/m/infer', body),
    inferBinary: (json, ...raw) => {
      const header = Buffer.from(JSON.stringify(json));
      return fetch(`${calls.url}/v2/models/m/infer`, {
        method: 'POST',
        headers: { 'inference-header-content-length': String(header.length) },
        body: Buffer.concat([header, ...raw]),
      });
    },
    stop: async () => {
      await app.close();
      await repository.close();
    },
  };
}
