import { z } from 'zod';

const arn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "expected 'arn:aws:iam::<account>:role/<name>'");

/** EKS, S3 and RDS in one region. Names of regions, types and versions are checked by the target, all with what there is. */
export const awsTargetSchema = z.strictObject({
  kind: z.literal('aws'),
  region: z.string().min(1),
  account: z.string().min(1),
  apiAccess: z.literal('private').or(z.strictObject({ publicFrom: z.array(z.cidrv4()).min(1) })),
  admins: z.array(arn).min(1),
  network: z
    .strictObject({
      cidr: z.cidrv4().optional(),
      zones: z.array(z.enum(['a', 'b', 'c', 'd'])).optional(),
      nat: z.enum(['one', 'per-zone']).optional(),
    })
    .optional(),
  kubernetesVersion: z.string().optional(),
  pools: z.record(z.string(), z.unknown()).optional(),
  postgres: z.strictObject({
    caCertificate: z.string().optional(),
    sslMode: z.enum(['require', 'verify-full']).optional(),
    instanceClass: z.string().optional(),
    storage: z.templateLiteral([z.int().positive(), z.enum([' GiB'])]).optional(),
    multiAz: z.boolean().optional(),
    backupDays: z.int().min(1).max(35).optional(),
    applyChanges: z.enum(['window', 'now']).optional(),
    passwordRevision: z.int().min(1).optional(),
  }),
});
