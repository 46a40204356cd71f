import { z } from 'zod';
import { compute } from './compute';
import { duration, shortDuration } from './duration';
import { label } from './label';
import { secretKey } from './secret-key';

const memory = z.templateLiteral([z.number().positive(), z.enum([' GiB', ' MiB'])]);
const replicas = z.int().min(1).max(50);

/** What the construct says of each, in lib/serving-cluster/endpoint-props.ts. */
const endpointSchema = z.strictObject({
  model: z.string(),
  modelName: z.string().min(1).optional(),
  engine: z.literal('onnx').optional(),
  /** An accelerator is refused by the construct, which says why. */
  need: z.strictObject({ memory, accelerator: z.string().optional(), count: z.int().optional() }),
  canary: z.strictObject({ model: z.string(), weight: z.number(), replicas: replicas.optional() }).optional(),
  replicas: replicas.optional(),
  autoscaling: z.strictObject({ max: z.int().min(2).max(200), cpuPercent: z.int().min(10).max(95) }).optional(),
  resources: compute.optional(),
  rolloutTimeout: duration.optional(),
  requestTimeout: shortDuration.optional(),
  threads: z.int().optional(),
  batching: z.strictObject({ size: z.int(), window: shortDuration.optional() }).optional(),
  queue: z.int().optional(),
  hostname: z.string().optional(),
  grpcHostname: z.string().optional(),
  sample: z.number().optional(),
  maxModel: memory.optional(),
  maxRequest: memory.optional(),
  maxHeld: memory.optional(),
});

/** Models behind addresses. On without an endpoint, it makes nothing. */
export const servingSchema = z.strictObject({
  mode: z.enum(['on', 'off']),
  /** `on`: what endpoints were asked and answered is written to the platform's bucket, below `inference-log`. */
  log: z.enum(['on', 'off']).optional(),
  /** Asks callers for a token; `{}` is enough. */
  auth: z
    .strictObject({
      tokens: secretKey.optional(),
      tokensRevision: z.int().min(1).optional(),
      clientToken: secretKey.optional(),
    })
    .optional(),
  /** Host names of endpoints that are added in code, for the certificate of a gateway that the target installs. */
  hostnames: z.array(z.string()).optional(),
  /** By name. More can be added in code. */
  endpoints: z.record(label, endpointSchema).optional(),
});
