import type { Preset } from './schema';

/** Start with a base: one registry, one training queue, room for endpoints, nothing that has no need yet. */
export const reasonable = {
  scale: 'reasonable',
  dataProtection: 'on',
  operators: {
    kueue: { mode: 'existing' },
    gateway: { mode: 'off' },
    prometheus: { mode: 'off' },
  },
  registry: { mode: 'on', replicas: 2 },
  training: { mode: 'on' },
  serving: { mode: 'on' },
} satisfies Partial<Preset>;
