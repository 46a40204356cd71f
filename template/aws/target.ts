import { type Preset, reasonable } from 'mlops-constructs';

/** EDIT: the account, who may reach the API server, and who administers the cluster. */
const account = '111122223333';

export const operators = {
  ...reasonable.operators,
  kueue: { mode: 'install' },
} satisfies Preset['operators'];

export const target = {
  kind: 'aws',
  region: 'eu-west-1',
  account,
  apiAccess: { publicFrom: ['203.0.113.0/24'] },
  admins: [`arn:aws:iam::${account}:role/platform-engineers`],
  // the ceiling of all that it may start
  budget: { maxMonthlyUsd: 5000, subscribers: ['ml-platform@example.com'] },
  // in production: caCertificate, the RDS bundle of the region
  postgres: { sslMode: 'require' },
} satisfies Preset['target'];
