import { z } from 'zod';
import { acceleratorNames } from '../accelerators/catalogue';
import type { ExistingPool } from '../core/existing-pool';
import { compute } from './compute';
import { imageRegistry } from './image-registry';
import { label } from './label';
import { secretKey } from './secret-key';

const inTree =
  "CloudNativePG's own barmanObjectStore is deprecated and is never written; leave it out, backups go to objectStore by the plugin";

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

/** By the plugin; what CloudNativePG itself has for it is about to go. */
const backupSchema = z.strictObject({
  schedule: z.string().optional(),
  days: z.int().min(1).max(3650).optional(),
  barmanObjectStore: z.undefined({ error: inTree }).optional(),
});

/** Made from the backups of the server before it. */
const restoredSchema = z.strictObject({
  // the operator's limit for a name of a Cluster
  name: label.max(50),
  until: z.iso.datetime({ offset: true }).optional(),
  keepPrevious: z.boolean().optional(),
});

const endpoint = {
  /** PEM text. */
  caCertificate: z.string().optional(),
  cidrs: z.array(z.cidrv4().or(z.cidrv6())).min(1).optional(),
};

const bucket = z.string().min(3).max(63);
/** Raise it by one to give everybody a new password. */
const passwordRevision = z.int().min(1).optional();

const postgresSchema = z.discriminatedUnion('install', [
  /** A server that somebody else runs. */
  z.strictObject({
    install: z.undefined().optional(),
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    sslMode: z.enum(['disable', 'require', 'verify-full']).optional(),
    ...endpoint,
    /** A role that may make databases and roles; its password lies in a Secret of the platform's namespace. */
    admin: z.strictObject({ user: z.string().min(1), password: secretKey }),
    passwordRevision,
  }),
  /** One in the cluster. */
  z.strictObject({
    install: z.literal('cloudnative-pg'),
    storage: memory,
    instances: z.int().min(1).max(9).optional(),
    resources: compute.optional(),
    parameters: z.record(z.string(), z.string()).optional(),
    backup: backupSchema.optional(),
    restored: z.array(restoredSchema).optional(),
    passwordRevision,
  }),
]);

const objectStoreSchema = z.discriminatedUnion('install', [
  /** A bucket on a server that somebody else runs. */
  z.strictObject({
    install: z.undefined().optional(),
    bucket,
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().optional(),
    pathStyle: z.boolean().optional(),
    ...endpoint,
    /** By workload, `default` for those without: Secrets in the namespace of the workload. */
    credentials: z.record(z.string(), z.strictObject({ accessKeyId: secretKey, secretAccessKey: secretKey })),
  }),
  /** A server in the cluster, with the bucket. */
  z.strictObject({
    install: z.literal('seaweedfs'),
    bucket,
    storage: memory,
    volumeServers: z.int().min(1).max(99).optional(),
    passwordRevision,
  }),
]);

const mode = z.enum(['install', 'existing', 'off']);

/** Controllers beside those that both targets have; `existing` where nothing is said. */
const operatorsSchema = z.strictObject({
  certManager: z.strictObject({ mode }).optional(),
  metricsServer: z.strictObject({ mode }).optional(),
  /** Where `postgres.install` asks for a server: `install` where nothing is said, and `namespace` where it is. */
  cloudNativePg: z.strictObject({ mode: z.enum(['install', 'existing']), namespace: label.optional() }).optional(),
  /** Of the nodes: their driver, or one that the operator installs. */
  gpuOperator: z.strictObject({ mode, driver: z.enum(['node', 'operator']).optional() }).optional(),
});

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
  operators: operatorsSchema.optional(),
  imageRegistry: imageRegistry.optional(),
  chartMirror: z.templateLiteral([z.enum(['oci://', 'https://', '/']), z.string()]).optional(),
  // which card has which MIG profile is a type in TypeScript; of a JSON file the cluster checks it
  pools: z.record(z.string(), poolSchema as unknown as z.ZodType<ExistingPool>),
  postgres: postgresSchema,
  objectStore: objectStoreSchema,
});

export type KubernetesTargetSpec = z.infer<typeof kubernetesTargetSchema>;
