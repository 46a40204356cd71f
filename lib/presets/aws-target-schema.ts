import { z } from 'zod';
import { imageRegistry } from './image-registry';

const memory = z.templateLiteral([z.int().positive(), z.enum([' GiB', ' MiB'])], {
  error: "expected a whole number and its unit, as '50 GiB' or '512 MiB'",
});

/** By EC2 type, by accelerator, or by the memory of an accelerator. */
const poolSchema = z
  .strictObject({
    instanceTypes: z.array(z.string()).optional(),
    accelerator: z.string().optional(),
    mig: z.string().optional(),
    timeSlicing: z.int().min(2).optional(),
    memory: memory.optional(),
    /** Accelerators of one node. */
    count: z.int().min(1).optional(),
    min: z.number(),
    max: z.number(),
    purposes: z.array(z.enum(['services', 'processing', 'training', 'serving'])).min(1),
    spot: z.boolean().optional(),
    arch: z.enum(['amd64', 'arm64']).optional(),
    zones: z.array(z.string()).optional(),
    disk: memory.optional(),
    retiring: z.boolean().optional(),
  })
  .refine(({ memory, accelerator, instanceTypes }) => !(memory && (accelerator || instanceTypes)), {
    error: 'expected either memory, or an accelerator or instanceTypes',
  });

/**
 * EKS, S3 and RDS in one region. Here is what a JSON file may say, and in which units; whether regions, zones, addresses,
 * types and versions exist is checked by the target, all at once and with what there is.
 */
export const awsTargetSchema = z.strictObject({
  kind: z.literal('aws'),
  region: z.string(),
  account: z.string(),
  apiAccess: z.literal('private').or(z.strictObject({ publicFrom: z.array(z.string()) })),
  admins: z.array(z.string()),
  network: z
    .strictObject({
      cidr: z.string().optional(),
      serviceCidr: z.string().optional(),
      otherNetworks: z.array(z.string()).optional(),
      zones: z.array(z.string()).optional(),
      nat: z.enum(['one', 'per-zone']).optional(),
    })
    .optional(),
  kubernetesVersion: z.string().optional(),
  pools: z.record(z.string(), poolSchema).optional(),
  budget: z.strictObject({ maxMonthlyUsd: z.number(), subscribers: z.array(z.string()) }).optional(),
  imageRegistry: imageRegistry.optional(),
  chartMirror: z.templateLiteral([z.enum(['oci://', 'https://', '/']), z.string()]).optional(),
  postgres: z.strictObject({
    caCertificate: z.string().optional(),
    sslMode: z.enum(['require', 'verify-full']).optional(),
    instanceClass: z.string().optional(),
    storage: memory.optional(),
    multiAz: z.boolean().optional(),
    backupDays: z.number().optional(),
    applyChanges: z.enum(['window', 'now']).optional(),
    passwordRevision: z.int().min(1).optional(),
  }),
});
