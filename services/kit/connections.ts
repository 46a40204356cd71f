import { z } from 'zod';
import { type Connection, text } from './contract';

/** An S3-compatible bucket. Without keys the SDK's default credential chain is used. */
export const objectStore = {
  type: 'object-store' as const,
  env: {
    bucket: z.string().min(3),
    /** Everything this service reads and writes lies below it; without a slash at either end, '' for the whole bucket. */
    prefix: z
      .string()
      .regex(/^$|^[^/](.*[^/])?$/s, 'expected no slash at either end')
      .default(''),
    region: z.string().default('us-east-1'),
    /** Base URL of an S3 endpoint other than AWS's. */
    endpoint: z.url().optional(),
    /** `true`: the bucket stands in the path, as most servers other than AWS need it. */
    pathStyle: text.flag().default(false),
    /** PEM certificates of the endpoint's own certificate authority. */
    caCertificate: z.string().optional(),
  },
  secrets: { accessKeyId: z.string(), secretAccessKey: z.string() },
} satisfies Connection;

/** One database on a Postgres server, 14 or newer, and the role that owns it. */
export const postgres = {
  type: 'postgres' as const,
  env: {
    host: z.string(),
    port: text.int(),
    database: z.string(),
    user: z.string(),
    /** As libpq spells them; `verify-full` checks the certificate and the host name. */
    sslMode: z.enum(['disable', 'require', 'verify-full']),
    /** PEM certificates of the server's own certificate authority. */
    caCertificate: z.string().optional(),
  },
  secrets: {
    password: z.string(),
    /** PEM certificates as in caCertificate, where they lie in a file and change. */
    serverCa: z.string(),
  },
} satisfies Connection;

/** A model behind the Open Inference Protocol: `DELAY_URL` and `DELAY_TOKEN`, where it is used under the name `delay`. */
export const inference = {
  type: 'inference' as const,
  env: {
    /** Base URL of REST, or `host:port` of gRPC, as clients of the protocol take it. */
    url: z.string().min(1),
    /** Name of the model in the protocol's paths. */
    model: z.string().min(1),
  },
  secrets: { token: z.string() },
} satisfies Connection;

/** An MLflow tracking server, as the `mlflow` client's own variables name it: use it under the name `mlflow`. */
export const mlflow = {
  type: 'mlflow' as const,
  env: {
    trackingUri: z.url(),
    /** 'false': artifacts pass through the server, whatever it offers. */
    enableProxyMultipartUpload: z.string().optional(),
    enableProxyMultipartDownload: z.string().optional(),
  },
  secrets: { trackingToken: z.string() },
} satisfies Connection;
