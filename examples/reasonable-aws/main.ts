import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';

const app = new PlatformApp();

const platform = new Platform(app, {
  ...reasonable,
  name: 'acme',
  images: { repository: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/acme' },
  state: { mode: 's3', bucket: 'acme-state-111122223333', region: 'eu-west-1' },
  operators: {
    ...reasonable.operators,
    kueue: { mode: 'install' },
    gateway: { mode: 'install', access: { publicFrom: ['203.0.113.0/24'] } },
  },
  registry: { ...reasonable.registry, hostname: 'registry.ml.example.com' },
  serving: {
    mode: 'on',
    log: 'on',
    endpoints: {
      delay: {
        model: 'models:/flight-delay@champion',
        canary: { model: 'models:/flight-delay@challenger', weight: 10 },
        need: { memory: '1 GiB' },
        hostname: 'delay.ml.example.com',
      },
    },
  },
  target: {
    kind: 'aws',
    region: 'eu-west-1',
    account: '111122223333',
    apiAccess: { publicFrom: ['203.0.113.0/24'] },
    admins: ['arn:aws:iam::111122223333:role/platform-engineers'],
    // the ceiling of all that it may start; AWS mails when this much is spent, or will be
    budget: { maxMonthlyUsd: 5000, subscribers: ['ml-platform@example.com'] },
    // in production: caCertificate, the RDS bundle of the region
    postgres: { sslMode: 'require' },
  },
});

platform.training?.addJob('train-delay', {
  image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/acme/train-delay:1.0.0',
  need: { memory: '20 GiB' },
  priority: 'retraining',
});

app.synth();
