import { z } from 'zod';

const amounts = z.strictObject({ cpu: z.string(), memory: z.string() });

/** Compute of one pod, as Kubernetes quantities. */
export const compute = z.strictObject({ requests: amounts, limits: amounts });
