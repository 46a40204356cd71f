import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';

const app = new PlatformApp();

const platform = new Platform(app, {
  ...reasonable,
  name: 'acme',
  images: { repository: 'ghcr.io/acme/mlops' },
  target: {
    kind: 'kubernetes',
    kubeconfig: 'examples/existing-cluster/kubeconfig.yaml',
    context: 'on-prem',
    pools: {
      epyc: {
        nodes: 1,
        cpu: 64,
        memory: '256 GiB',
        nodeSelector: { 'feature.node.kubernetes.io/cpu-model.vendor_id': 'AMD' },
      },
      a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4 },
    },
    postgres: {
      host: 'postgres.example.com',
      admin: { user: 'mlops_admin', password: { secretName: 'postgres-admin', key: 'password' } },
    },
    objectStore: {
      endpoint: 'https://s3.example.com',
      bucket: 'acme-ml',
      credentials: {
        registry: {
          accessKeyId: { secretName: 'registry-s3', key: 'accessKeyId' },
          secretAccessKey: { secretName: 'registry-s3', key: 'secretAccessKey' },
        },
      },
    },
  },
});

platform.training?.addJob('train-delay', {
  image: 'ghcr.io/acme/train-delay:1.0.0',
  need: { memory: '20 GiB' },
  priority: 'retraining',
});

platform.serving?.addEndpoint('delay', {
  model: 'models:/flight-delay@champion',
  need: { memory: '1 GiB' },
});

app.synth();
