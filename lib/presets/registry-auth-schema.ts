import { z } from 'zod';
import { secretKey } from './secret-key';

/** Who may come into the registry. */
export const registryAuthSchema = z.strictObject({
  /** Place of the first admin's token, in the platform's namespace. Without it one is made. */
  adminToken: secretKey.optional(),
  /** Raise it by one for a new admin token, where it was made. */
  adminTokenRevision: z.int().min(1).optional(),
  /** Place of the token that jobs send, in their namespace. */
  clientToken: secretKey.optional(),
  /** An OpenID Connect provider whose tokens are taken, too. */
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/ }),
      audience: z.string().min(1),
      roles: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
      rolesClaim: z.string().min(1).optional(),
      caCertificate: z.string().optional(),
      cidrs: z.array(z.string()).min(1).optional(),
    })
    .optional(),
});
