import { z } from 'zod';
import { acceleratorNames } from '../accelerators/catalogue';
import type { ExistingPool } from '../core/existing-pool';
import { secretKey } from './secret-key';

const memory = z.templateLiteral([z.int().positive(), z.enum([' GiB', ' MiB'])]);

const poolSchema = z.strictObject({
  /** Number of nodes that the selector finds. */
  nodes: z.int().min(1),
  /** Of one node, as pods may use it. */
  cpu: z.number().positive(),
  memory,
  nodeSelector: z.record(z.string(), z.string()).optional(),
  accelerator: z.enum(acceleratorNames).optional(),
  mig: z.string().optional(),
  timeSlicing: z.int().min(2).optional(),
  /** Accelerators of one node. */
  count: z.int().min(1).optional(),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        operator: z.enum(['Exists', 'Equal']),
        value: z.string().optional(),
        effect: z.enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule']).optional(),
      }),
    )
    .optional(),
  purposes: z
    .array(z.enum(['services', 'processing', 'training', 'serving']))
    .min(1)
    .optional(),
});

const endpoint = {
  /** PEM text. */
  caCertificate: z.string().optional(),
  cidrs: z.array(z.cidrv4().or(z.cidrv6())).min(1).optional(),
};

/** A cluster that somebody else made, with Postgres and an S3 server that somebody else runs. */
export const kubernetesTargetSchema = z.strictObject({
  kind: z.literal('kubernetes'),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  storageClass: z.string().optional(),
  /** Where pods look names up. */
  dns: z
    .strictObject({
      at: z.strictObject({ namespace: z.string().min(1) }).or(z.strictObject({ cidr: z.cidrv4().or(z.cidrv6()) })),
      port: z.int().min(1).max(65535).optional(),
    })
    .optional(),
  /** In the platform's namespace and in that of its jobs. */
  imagePullSecrets: z.array(z.string().min(1)).optional(),
  /** Path of what `mlops nodes` wrote, as seen from where synth runs. */
  facts: z.string().min(1).optional(),
  chartMirror: z.templateLiteral([z.enum(['oci://', 'https://', '/']), z.string()]).optional(),
  // which card has which MIG profile is a type in TypeScript; of a JSON file the cluster checks it
  pools: z.record(z.string(), poolSchema as unknown as z.ZodType<ExistingPool>),
  postgres: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    sslMode: z.enum(['disable', 'require', 'verify-full']).optional(),
    ...endpoint,
    /** A role that may make databases and roles; its password lies in a Secret of the platform's namespace. */
    admin: z.strictObject({ user: z.string().min(1), password: secretKey }),
    /** Raise it by one to give every role a new password. */
    passwordRevision: z.int().min(1).optional(),
  }),
  objectStore: z.strictObject({
    bucket: z.string().min(3).max(63),
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().optional(),
    pathStyle: z.boolean().optional(),
    ...endpoint,
    /** By workload, `default` for those without: Secrets in the namespace of the workload. */
    credentials: z.record(z.string(), z.strictObject({ accessKeyId: secretKey, secretAccessKey: secretKey })),
  }),
});

export type KubernetesTargetSpec = z.infer<typeof kubernetesTargetSchema>;
