import { z } from 'zod';

/** The place of a secret value: a key of a Kubernetes Secret. */
export const secretKey = z.strictObject({ secretName: z.string().min(1), key: z.string().min(1) });
