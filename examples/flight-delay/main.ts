import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';

const app = new PlatformApp();

const platform = new Platform(app, {
  ...reasonable,
  name: 'flights',
  images: { repository: 'ghcr.io/acme/mlops' },
  target: {
    kind: 'kubernetes',
    kubeconfig: 'examples/existing-cluster/kubeconfig.yaml',
    pools: { cpu: { nodes: 3, cpu: 16, memory: '64 GiB' } },
    postgres: {
      host: 'postgres.example.com',
      admin: { user: 'mlops_admin', password: { secretName: 'postgres-admin', key: 'password' } },
    },
    objectStore: {
      endpoint: 'https://s3.example.com',
      bucket: 'acme-flights',
      credentials: {
        default: {
          accessKeyId: { secretName: 's3', key: 'accessKeyId' },
          secretAccessKey: { secretName: 's3', key: 'secretAccessKey' },
        },
      },
    },
  },
});

// trainer/ as an image. It is told the registry by MLFLOW_TRACKING_URI, and trains in about 10 s with less than 1 GiB.
const trainer = {
  image: 'ghcr.io/acme/train-flight-delay:1.0.0',
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } },
};

// `mlops run train-flight-delay`: what it registers is served seconds later.
platform.training?.addJob('train-flight-delay', trainer);

// Every Monday a challenger, which serves nobody until somebody moves the alias.
platform.training?.addJob('retrain-flight-delay', {
  ...trainer,
  env: { MODEL_ALIAS: 'challenger' },
  schedule: '0 3 * * 1',
  priority: 'retraining',
});

platform.serving?.addEndpoint('flight-delay', {
  model: 'models:/flight-delay@champion',
  need: { memory: '512 MiB' },
});

app.synth();
