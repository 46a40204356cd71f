import { z } from 'zod';
import { mlflow, objectStore } from '../kit/connections';
import { type Connection, defineService, text } from '../kit/contract';

/** Who may ask for inferences. Without it whoever reaches the server may. */
export const servingAuth = {
  type: 'serving-auth' as const,
  optional: true,
  env: { mode: z.enum(['none', 'required']).default('none') },
  secrets: {
    /** Tokens that callers send as `authorization: Bearer …`, 32 characters or longer; several lines are several tokens. */
    tokens: z.string(),
  },
} satisfies Connection;

/** Where answers are written down, for drift and for feedback. Without it none are. */
const inferenceLog = {
  ...objectStore,
  optional: true,
  env: { ...objectStore.env, bucket: z.string().min(3).optional() },
} satisfies Connection;

/** A text that says a share, from 0 to 1. */
const share = z
  .string()
  .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected a number from 0 to 1')
  .transform(Number);

/** TCP port of the gRPC listener. */
export const grpcPort = 8081;

/** The model server: one model of the registry, over the Open Inference Protocol v2. */
export const modelServerContract = defineService({
  name: 'model-server',
  port: 8080,
  grpcPort,
  probes: { live: '/livez', ready: '/readyz' },
  metrics: '/metrics',
  env: {
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** `models:/NAME@ALIAS`, which is watched, or `models:/NAME/VERSION`. */
    MODEL_URI: z
      .string()
      .regex(/^models:\/[^/@]+(@[^/@]+|\/\d+)$/, 'expected models:/NAME@ALIAS or models:/NAME/VERSION'),
    /** Name of the model in the protocol's paths. @default - the model's name in the registry */
    MODEL_NAME: z.string().min(1).optional(),
    /** Seconds between two looks at the alias. */
    WATCH_SECONDS: text.int().default(2),
    /** Folder of model files that were fetched before; survives a restart of the container, not the pod. */
    CACHE_DIR: z.string().min(1).default('/cache'),
    /** Largest size of all files of a version, in MiB. */
    MAX_MODEL_MIB: text.int().default(1024),
    /** Threads within one operator of onnxruntime. */
    INTRA_OP_THREADS: text.int().default(1),
    /** Most rows, over all requests, that run as one; 1 turns batching off. */
    BATCH_MAX_SIZE: text.int().default(1),
    /** Milliseconds that a request may wait for others while the model is busy. */
    BATCH_WINDOW_MS: text.int().default(2),
    /** Most requests that wait; the next one gets 429. */
    QUEUE_SIZE: text.int().default(256),
    /** Milliseconds that a request may take to come in, and may wait to be run, where the client says nothing. */
    REQUEST_TIMEOUT_MS: text.int().default(30_000),
    /** Largest request, in MiB. */
    MAX_REQUEST_MIB: text.int().default(64),
    /** Requests larger than this over QUEUE_SIZE that are held at once, all together, in MiB; one beyond them gets 429, unless it is alone. */
    MAX_HELD_MIB: text.int().default(64),
    /** Share of the requests that are written to the inference log. */
    LOG_SAMPLE: share.default(1),
  },
  uses: { mlflow, inferenceLog, auth: servingAuth },
});
