import { z } from 'zod';
import { objectStore, postgres } from '../kit/connections';
import { defineService, text } from '../kit/contract';

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
  },
  uses: { artifacts: objectStore, database: postgres },
});
