import { z } from 'zod';
import { secretKey } from './secret-key';

/** Events of the model registry, sent to receivers. */
export const registryWebhooksSchema = z.strictObject({
  /** Place of random text with which the secrets of webhooks are sealed, in the platform's namespace. */
  encryptionKey: secretKey,
  targets: z.enum(['public', 'any']).optional(),
  cidrs: z.array(z.string()).min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  caCertificate: z.string().optional(),
});
