import { join } from 'node:path';
import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { repository } from './images';

export const name = 'onprem';
export const jobs = `${name}-jobs`;
export const stacks = ['foundation', 'operators', 'data', 'platform'].map((stack) => `${name}-${stack}`);

interface Place {
  readonly kubeconfig: string;
  readonly tag: string;
  /** Folder with the charts. */
  readonly mirror: `/${string}`;
  /** What `mlops nodes` wrote. */
  readonly facts: string;
}

/** A platform like examples/on-prem, with everything that it needs in the cluster, into `folder/cdktf.out`. */
export function synthesizeOnPrem(folder: string, { kubeconfig, tag, mirror, facts }: Place): void {
  const app = new PlatformApp({ outdir: join(folder, 'cdktf.out') });
  const platform = new Platform(app, {
    ...reasonable,
    name,
    dataProtection: 'off',
    images: { repository, tag },
    operators: {
      kueue: { mode: 'install' },
      gateway: { mode: 'install', access: { privateFrom: ['10.0.0.0/8'] } },
      prometheus: { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } },
    },
    registry: { ...reasonable.registry, hostname: 'registry.ml.example.com' },
    target: {
      kind: 'kubernetes',
      kubeconfig,
      facts,
      imageRegistry: repository,
      chartMirror: mirror,
      operators: {
        certManager: { mode: 'install' },
        metricsServer: { mode: 'install' },
        gpuOperator: { mode: 'install' },
      },
      pools: { real: { nodes: 1, cpu: 2, memory: '4 GiB' } },
      postgres: { install: 'cloudnative-pg', storage: '1 GiB', backup: {} },
      objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '1 GiB' },
    },
  });
  platform.training?.addJob('train', {
    image: `${repository}/trainer:${tag}`,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
  });
  app.synth();
}
