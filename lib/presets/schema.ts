import { z } from 'zod';
import type { AwsTargetSpec } from '../aws/target-spec';
import { longestPlatformName } from '../core/names';
import { awsTargetSchema } from './aws-target-schema';
import { compute } from './compute';
import { duration } from './duration';
import { gatewaySchema } from './gateway-schema';
import { type KubernetesTargetSpec, kubernetesTargetSchema } from './kubernetes-target-schema';
import { label } from './label';
import { registryAuthSchema } from './registry-auth-schema';
import { registryWebhooksSchema } from './registry-webhooks-schema';
import { servingSchema } from './serving-schema';

const onOff = z.enum(['on', 'off']);

/** Third-party controllers. What is `existing` must be in the cluster, with its definitions, before the platform is applied. */
const operatorsSchema = z.strictObject({
  kueue: z.strictObject({ mode: z.enum(['install', 'existing', 'off']) }),
  gateway: gatewaySchema,
  prometheus: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('off') }),
    z.strictObject({
      mode: z.literal('existing'),
      /** Namespace of the Prometheus pods. */
      namespace: label,
      /** Labels by which Prometheus finds ServiceMonitors. */
      labels: z.record(z.string(), z.string()).optional(),
    }),
  ]),
});

const registrySchema = z.strictObject({
  mode: onOff,
  replicas: z.int().min(1).max(20).optional(),
  autoscaling: z.strictObject({ max: z.int().min(2).max(50), cpuPercent: z.int().min(10).max(95) }).optional(),
  maxUpload: z.templateLiteral([z.int().positive(), z.enum([' GiB', ' MiB'])]).optional(),
  rolloutTimeout: duration.optional(),
  /** Lets clients send and fetch large artifacts at the bucket itself. */
  directArtifacts: z.boolean().optional(),
  /** Of one pod, as Kubernetes quantities. */
  resources: compute.optional(),
  /** What lies before every artifact in the bucket. */
  prefix: z.string().optional(),
  /** DNS name through the gateway. */
  hostname: z.string().optional(),
  /** Asks callers for a token; `{}` is enough. */
  auth: registryAuthSchema.optional(),
  /** Sends events of the model registry to receivers of yours. */
  webhooks: registryWebhooksSchema.optional(),
});

const trainingSchema = z.strictObject({
  mode: onOff,
  /** Pod Security of the jobs' namespace. */
  podSecurity: z.enum(['restricted', 'baseline']).optional(),
});

/** Where Terraform keeps its state: files beside the project, or a bucket with a lock. */
const stateSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('local') }),
  z.strictObject({
    mode: z.literal('s3'),
    bucket: z.string().min(3),
    region: z.string().optional(),
    /** What lies before every state in the bucket. */
    prefix: z.string().optional(),
    /** Base URL of an S3 server other than AWS's. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
  }),
]);

/** A platform as plain data. Strict: a key that nobody reads is a typo. Defaults are the constructs' own. */
export const presetSchema = z.strictObject({
  scale: z.enum(['reasonable']),
  /** Names everything: namespaces, databases, priorities. At most 30 characters, so that what is added still fits. */
  name: label.max(longestPlatformName),
  target: z.discriminatedUnion('kind', [kubernetesTargetSchema, awsTargetSchema]),
  /** One state per stack. Local files are for one person; a team needs the bucket. */
  state: stateSchema.optional(),
  /** `off` lets `destroy` take namespaces and data with it. */
  dataProtection: onOff,
  images: z.strictObject({
    repository: z.string().min(1),
    tag: z.string().min(1).optional(),
    /** Path of images.lock.json, as seen from where synth runs. */
    lockFile: z.string().optional(),
  }),
  operators: operatorsSchema,
  registry: registrySchema,
  training: trainingSchema,
  /** Without it serving is off. */
  serving: servingSchema.optional(),
});

/**
 * A platform as TypeScript checks it: beside what the schema says, names of regions, types and accelerators, and which
 * card has which MIG profile. Of a JSON file the target checks these.
 */
export type Preset = Omit<z.infer<typeof presetSchema>, 'target'> & {
  readonly target: KubernetesTargetSpec | ({ readonly kind: 'aws' } & AwsTargetSpec);
};

/** All of a preset but where it lands. */
export type Settings = Omit<Preset, 'target'>;
