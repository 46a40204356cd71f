import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';

// N platforms in one app, as a company with many teams has them
const app = new PlatformApp();
for (let i = 0; i < Number(process.argv[2]); i++) {
  const { training } = new Platform(app, {
    ...reasonable,
    name: `team-${i}`,
    images: { repository: 'ghcr.io/acme', tag: '1.0.0' },
    target: {
      kind: 'kubernetes',
      kubeconfig: 'examples/existing-cluster/kubeconfig.yaml',
      pools: {
        cpu: { nodes: 1, cpu: 8, memory: '32 GiB' },
        a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30' },
      },
      postgres: {
        host: 'pg.example.com',
        admin: { user: 'admin', password: { secretName: 'admin', key: 'password' } },
      },
      objectStore: {
        endpoint: 'https://s3.example.com',
        bucket: 'team-ml',
        credentials: {
          default: {
            accessKeyId: { secretName: 's3', key: 'id' },
            secretAccessKey: { secretName: 's3', key: 'secret' },
          },
        },
      },
    },
  });
  training?.addJob('train', { image: 'train:1', need: { memory: '20 GiB' } });
}
app.synth();
