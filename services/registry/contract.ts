import { z } from 'zod';
import { objectStore, postgres } from '../kit/connections';
import { type Connection, defineService, text } from '../kit/contract';

/** Keys that came over an open network could be anybody's. */
const isSafe = (url: string) => /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(url);

/** Who may come in. Without it whoever reaches the registry may read and write everything. */
export const auth = {
  type: 'registry-auth' as const,
  optional: true,
  env: {
    mode: z.enum(['none', 'required']).default('none'),
    /** Base URL of an OpenID Connect provider, as its tokens carry it in `iss`. */
    issuer: z.url().refine(isSafe, 'expected https').optional(),
    /** What its tokens must carry in `aud`. */
    audience: z.string().min(1).optional(),
    /** The claim that says what somebody may do; dots lead into objects: `realm_access.roles`. */
    rolesClaim: z.string().min(1).default('groups'),
    /** JSON, from a value of that claim to a role here; `*` is everybody whom the provider knows. */
    roles: text.json(z.record(z.string(), z.enum(['read', 'write', 'admin']))).optional(),
    /** PEM certificates of the provider's own certificate authority. */
    caCertificate: z.string().optional(),
  },
  secrets: {
    /** The token of the first admin, 32 characters or longer; several lines are several tokens. */
    adminToken: z.string(),
  },
} satisfies Connection;

/** Events of the model registry, sent to whoever asked for them. Without it none are sent. */
export const webhooks = {
  type: 'registry-webhooks' as const,
  optional: true,
  env: {
    /** `public`: https to public addresses only; `any`: also http, and addresses inside of networks. */
    targets: z.enum(['off', 'public', 'any']).default('off'),
    /** PEM certificates of the receivers' own certificate authority. */
    caCertificate: z.string().optional(),
  },
  secrets: {
    /** What the secrets of webhooks are sealed with: random text. Of several lines the first one seals, all of them open. */
    encryptionKey: z.string(),
  },
} satisfies Connection;

/** The registry: experiment tracking and the model registry, over the MLflow REST API. */
export const registryContract = defineService({
  name: 'registry',
  port: 5000,
  probes: { live: '/livez', ready: '/readyz' },
  metrics: '/metrics',
  env: {
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** Largest artifact that a client may upload through the proxy, in MiB. */
    MAX_UPLOAD_MIB: text.int(),
    /** `true`: clients send and fetch large artifacts at the bucket itself, which they must reach by `ARTIFACTS_ENDPOINT`. */
    DIRECT_ARTIFACTS: text.flag().default(false),
  },
  uses: { artifacts: objectStore, database: postgres, auth, webhooks },
});
