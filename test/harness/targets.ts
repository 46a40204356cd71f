import type { Preset } from '../../lib/index';
import { preset } from './synth';

type Target = Preset['target'];

/** A target on AWS with nothing but what it must have. */
export const awsTarget = {
  kind: 'aws',
  region: 'eu-west-1',
  account: '111122223333',
  apiAccess: { publicFrom: ['203.0.113.0/24'] },
  admins: ['arn:aws:iam::111122223333:role/platform-engineers'],
  postgres: { sslMode: 'require' },
} satisfies Target;

const cards = {
  cpu: { nodes: 3, cpu: 32, memory: '128 GiB' },
  split: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4, mig: '1g.6gb' },
  shared: { nodes: 1, cpu: 16, memory: '64 GiB', accelerator: 'A2', timeSlicing: 4 },
} as const;

const install = { mode: 'install' } as const;

/** What every construct must do alike on: each target, in each of the forms that its stores have. */
export const targets: readonly (readonly [name: string, target: Target])[] = [
  ['aws', awsTarget],
  ['an existing cluster, with stores at addresses', preset.target],
  [
    'an existing cluster, with stores in it',
    {
      ...preset.target,
      pools: cards,
      storageClass: 'fast',
      imagePullSecrets: ['registry'],
      imageRegistry: 'registry.example.com/mirror',
      operators: { certManager: install, metricsServer: install, gpuOperator: install },
      postgres: {
        install: 'cloudnative-pg',
        storage: '20 GiB',
        instances: 3,
        backup: { days: 30 },
        restored: [{ name: 'database-2', until: '2026-11-23T09:30:00Z' }],
      },
      objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB', volumeServers: 2 },
    },
  ],
];

const endpoint = { model: 'models:/delay@champion', need: { memory: '1 GiB' } } as const;

/** Everything that a preset can turn on which ends as a custom resource, in ways that differ; by what differs. */
export const variants: readonly (readonly [name: string, changes: Partial<Preset>])[] = [
  ['nothing said', {}],
  ['queue off', { operators: { ...preset.operators, kueue: { mode: 'off' } } }],
  [
    'everything installed, signed by the platform, scraped',
    {
      operators: {
        kueue: install,
        gateway: { ...install, access: { publicFrom: ['203.0.113.0/24'] } },
        prometheus: { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } },
      },
      registry: { mode: 'on', hostname: 'registry.example.com' },
      serving: {
        mode: 'on',
        log: 'on',
        endpoints: {
          delay: {
            ...endpoint,
            hostname: 'delay.example.com',
            grpcHostname: 'delay-grpc.example.com',
            canary: { model: 'models:/delay@challenger', weight: 10 },
          },
        },
      },
    },
  ],
  [
    'a gateway with a public authority, nothing protected',
    {
      dataProtection: 'off',
      operators: {
        kueue: install,
        gateway: {
          ...install,
          access: { publicFrom: ['203.0.113.0/24'] },
          tls: { acme: { email: 'ml@example.com', server: 'https://acme.example.com/directory' } },
        },
        prometheus: { mode: 'existing', namespace: 'monitoring' },
      },
      registry: { mode: 'on', hostname: 'registry.example.com' },
      serving: { mode: 'on', endpoints: { delay: { ...endpoint, hostname: 'delay.example.com' } } },
    },
  ],
  [
    "somebody else's gateway",
    {
      operators: {
        ...preset.operators,
        gateway: { mode: 'existing', name: 'shared', namespace: 'gateways', podNamespace: 'envoy-gateway-system' },
      },
      registry: { mode: 'on', hostname: 'registry.example.com' },
    },
  ],
];
