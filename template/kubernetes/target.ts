import { type Preset, reasonable } from 'mlops-constructs';

export const operators = {
  ...reasonable.operators,
  // EDIT: 'existing' needs Kueue in the cluster; without it jobs start at once
  kueue: { mode: 'off' },
} satisfies Preset['operators'];

const s3 = (key: string) => ({ secretName: 'registry-s3', key });

/** A cluster that is there already. EDIT: everything with example.com, and the pools. */
export const target = {
  kind: 'kubernetes',
  kubeconfig: 'kubeconfig.yaml',
  // 'mlops nodes > cluster.json', then: facts: 'cluster.json'. Synth then checks what stands here against the cluster
  pools: {
    cpu: { nodes: 3, cpu: 16, memory: '64 GiB' },
  },
  postgres: {
    host: 'postgres.example.com',
    admin: { user: 'mlops_admin', password: { secretName: 'postgres-admin', key: 'password' } },
  },
  objectStore: {
    endpoint: 'https://s3.example.com',
    bucket: '__NAME__-ml',
    credentials: { default: { accessKeyId: s3('accessKeyId'), secretAccessKey: s3('secretAccessKey') } },
  },
} satisfies Preset['target'];
