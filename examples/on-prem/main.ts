import { PlatformApp, reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';

const app = new PlatformApp();

/** A cluster of one's own without a way to the internet: everything that a platform needs is in it. */
const platform = new Platform(app, {
  ...reasonable,
  name: 'acme',
  images: { repository: 'registry.example.com/acme' },
  operators: {
    kueue: { mode: 'install' },
    gateway: { mode: 'install', access: { privateFrom: ['10.0.0.0/8'] } },
    prometheus: { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } },
  },
  registry: { ...reasonable.registry, hostname: 'registry.ml.example.com' },
  target: {
    kind: 'kubernetes',
    kubeconfig: 'examples/on-prem/kubeconfig.yaml',
    context: 'on-prem',
    storageClass: 'local-path',
    imagePullSecrets: ['registry'],
    imageRegistry: 'registry.example.com/mirror',
    chartMirror: 'oci://registry.example.com/charts',
    operators: {
      certManager: { mode: 'install' },
      metricsServer: { mode: 'install' },
      gpuOperator: { mode: 'install' },
    },
    pools: {
      epyc: {
        nodes: 3,
        cpu: 64,
        memory: '256 GiB',
        nodeSelector: { 'feature.node.kubernetes.io/cpu-model.vendor_id': 'AMD' },
      },
      a30: { nodes: 2, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4, mig: '1g.6gb' },
      a2: { nodes: 1, cpu: 16, memory: '64 GiB', accelerator: 'A2', timeSlicing: 4, purposes: ['serving'] },
    },
    postgres: { install: 'cloudnative-pg', storage: '20 GiB', backup: {} },
    objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '500 GiB' },
  },
});

platform.training?.addJob('train-delay', {
  image: 'registry.example.com/acme/train-delay:1.0.0',
  need: { memory: '5 GiB' },
  priority: 'retraining',
});

app.synth();
