import { z } from 'zod';
import { objectStore, postgres } from '../kit/connections';
import { type Connection, defineService, text } from '../kit/contract';

/** Who may come in. Without it whoever reaches the registry may read and write everything. */
export const auth = {
  type: 'registry-auth' as const,
  optional: true,
  env: { mode: z.enum(['none', 'required']).default('none') },
  secrets: {
    /** The token of the first admin, 32 characters or longer; several lines are several tokens. */
    adminToken: z.string(),
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
  uses: { artifacts: objectStore, database: postgres, auth },
});
