import { z } from 'zod';
import { postgres } from '../kit/connections';
import { defineJob } from '../kit/contract';

/** One database to be there, and the role that owns it. */
export const databaseSpec = z.strictObject({
  database: z.string().min(1).max(63),
  role: z.string().min(1).max(63),
  /** Path of the file that holds the role's password. */
  passwordFile: z.string().min(1),
});

/** Makes databases and the roles that own them. Runs again without harm; never drops anything. */
export const databaseBootstrapContract = defineJob({
  name: 'database-bootstrap',
  env: {
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** JSON array of `databaseSpec`. */
    DATABASES: z.string(),
  },
  /** `admin` may create roles and databases; it need not be a superuser. */
  uses: { admin: postgres },
});
