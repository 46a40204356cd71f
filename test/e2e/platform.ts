import { join } from 'node:path';
import { PlatformApp, type Preset, reasonable } from '../../lib/index';
import type { JobProps } from '../../lib/training-cluster/job';
import { Platform } from '../../stacks/index';
import { flightTrainer } from './images';

/** Where the servers are that the platform is linked to, as pods reach them. */
export interface Surroundings {
  /** Its name. @default 'acme' */
  readonly platform?: string;
  readonly kubeconfig: string;
  readonly images: { readonly repository: string; readonly tag: string };
  readonly postgres: { readonly host: string; readonly port: number };
  readonly objectStore: { readonly endpoint: string; readonly bucket: string };
}

/** What a pull request may change. */
export interface Change {
  readonly registry?: Partial<Preset['registry']>;
  readonly train?: Partial<JobProps>;
  /** Raise it to give every role a new password. */
  readonly passwordRevision?: number;
  readonly state?: Preset['state'];
  /** Links the training job to the bucket too. */
  readonly trainReadsData?: boolean;
  /** The job and the endpoint of examples/flight-delay. @default true */
  readonly flights?: boolean;
}

const s3Key = (secretName: string) => ({
  accessKeyId: { secretName, key: 'accessKeyId' },
  secretAccessKey: { secretName, key: 'secretAccessKey' },
});

/** Synthesizes the platform of the end-to-end run into `folder/cdktf.out`; its state lies in `folder/.state`. */
export function synthesize(
  folder: string,
  { platform: name = 'acme', kubeconfig, images, postgres, objectStore }: Surroundings,
  change: Change = {},
): void {
  const app = new PlatformApp({ outdir: join(folder, 'cdktf.out') });
  const platform = new Platform(app, {
    ...reasonable,
    name,
    dataProtection: 'off',
    state: change.state,
    images,
    operators: {
      kueue: { mode: 'existing' },
      gateway: { mode: 'existing', name: 'public', namespace: 'gateways' },
      prometheus: { mode: 'existing', namespace: 'monitoring' },
    },
    registry: { ...reasonable.registry, hostname: 'mlflow.example.com', ...change.registry },
    target: {
      kind: 'kubernetes',
      kubeconfig,
      pools: {
        real: { nodes: 1, cpu: 2, memory: '8 GiB' },
        a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4, tolerations: gpuNodeTolerations },
      },
      postgres: {
        ...postgres,
        sslMode: 'disable',
        admin: { user: 'mlops_admin', password: { secretName: 'postgres-admin', key: 'password' } },
        passwordRevision: change.passwordRevision,
      },
      objectStore: { ...objectStore, credentials: { default: s3Key('s3') } },
    },
  });
  const job: JobProps = {
    image: `${images.repository}/trainer:${images.tag}`,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    ...(change.trainReadsData ? { uses: { data: platform.stack.objectStore.read('datasets') } } : {}),
    ...change.train,
  };
  platform.training?.addJob('train', job);
  platform.training?.addJob('train-a30', { ...job, need: { accelerator: 'A30' }, priority: 'retraining' });
  if (change.flights ?? true) addFlights(platform, images);
  app.synth();
}

function addFlights(platform: Platform, images: Surroundings['images']): void {
  platform.training?.addJob('train-flight-delay', {
    image: `${images.repository}/${flightTrainer}:${images.tag}`,
    resources: { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  });
  platform.serving?.addEndpoint('flight-delay', {
    model: 'models:/flight-delay@champion',
    need: { memory: '256 MiB' },
    canary: { model: 'models:/flight-delay@challenger', weight: 10 },
    replicas: 1,
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '768Mi' } },
    hostname: 'delay.example.com',
  });
}

/** The nodes that kwok plays carry a taint of their own beside that of GPU nodes. */
const gpuNodeTolerations: { key: string; operator: 'Exists'; effect: 'NoSchedule' }[] = [
  { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'kwok.x-k8s.io/node', operator: 'Exists', effect: 'NoSchedule' },
];
