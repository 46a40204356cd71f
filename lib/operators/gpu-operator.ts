import type { Toleration } from '../core/node-pool';
import {
  apiServer,
  mergeValues,
  type OperatorImage,
  type OperatorOptions,
  type OperatorSpec,
  placement,
  resources,
} from './spec';

export interface GpuOperatorOptions extends OperatorOptions {
  /**
   * Taints of the GPU nodes, for the agents on them.
   * @default - `nvidia.com/gpu`, with any value
   */
  readonly gpuTolerations?: readonly Toleration[] | undefined;
  /**
   * Splits GPUs of nodes that carry the label `nvidia.com/mig.config`: `single` keeps the resource's name, `mixed` has
   * a name for each profile.
   * @default - no GPU is split
   */
  readonly mig?: 'single' | 'mixed' | undefined;
  /**
   * How many pods share each GPU, without isolation of memory.
   * @default 1
   */
  readonly timeSlices?: number | undefined;
}

const image = (
  name: string,
  values: readonly string[],
  { folder = 'nvcr.io/nvidia', startedBy = 'controller' as OperatorImage['startedBy'] } = {},
): OperatorImage => ({ image: `${folder}/${name}`, values, takes: 'registry', startedBy });

/**
 * Makes GPUs known to the cluster: device plugin, feature discovery, metrics. Driver and toolkit come with the nodes'
 * image (AL2023-NVIDIA) or from whoever runs the nodes. Never beside the device plugin's own chart. Its agents reach
 * into their nodes: one of the two namespaces where pods are privileged.
 */
export const gpuOperator = (options: GpuOperatorOptions = {}): OperatorSpec => ({
  chart: {
    name: 'gpu-operator',
    version: 'v26.7.0',
    repository: 'https://helm.ngc.nvidia.com/nvidia',
    namespace: 'gpu-operator',
    // templates/upgrade_crd.yaml: a Job before each upgrade, which operator.upgradeCRD turns on
    definitions: 'hook',
    values: mergeValues(
      {
        driver: { enabled: false },
        toolkit: { enabled: false },
        operator: { upgradeCRD: true, resources: resources('100m', '350Mi', '500m'), ...placement(options) },
        ...(options.gpuTolerations ? agents(options.gpuTolerations) : {}),
        mig: { strategy: options.mig ?? 'single' },
        migManager: { enabled: options.mig !== undefined },
        ...(options.timeSlices && options.timeSlices > 1 ? slicing(options.timeSlices) : {}),
        dcgmExporter: {
          enabled: true,
          serviceMonitor: options.monitoring
            ? { enabled: true, additionalLabels: options.monitoring.labels ?? {} }
            : { enabled: false },
        },
      },
      options.values,
    ),
  },
  podSecurity: 'privileged',
  images: [
    image('gpu-operator:v26.7.0', ['operator.repository', 'validator.repository'], { startedBy: 'chart' }),
    image('k8s-device-plugin:v0.20.0', ['devicePlugin.repository', 'gfd.repository']),
    image('dcgm-exporter:4.6.0-4.8.3-distroless', ['dcgmExporter.repository'], { folder: 'nvcr.io/nvidia/k8s' }),
    ...(options.mig
      ? [image('k8s-mig-manager:v0.15.0', ['migManager.repository'], { folder: 'nvcr.io/nvidia/cloud-native' })]
      : []),
    {
      image: 'registry.k8s.io/nfd/node-feature-discovery:v0.19.0',
      values: ['node-feature-discovery.image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      subchart: 'node-feature-discovery',
    },
  ],
  // metrics of the GPUs and of the operator
  network: { ingress: [9400, 8080], egress: apiServer },
});

/** Both the operator's agents and those of feature discovery; Helm replaces lists, it does not add to them. */
function agents(gpuTolerations: readonly Toleration[]) {
  const tolerations = gpuTolerations.map((toleration) => ({ ...toleration }));
  return { daemonsets: { tolerations }, 'node-feature-discovery': { worker: { tolerations } } };
}

const slicing = (replicas: number) => ({
  devicePlugin: {
    config: {
      create: true,
      name: 'time-slicing',
      default: 'any',
      // JSON is YAML too
      data: {
        any: JSON.stringify({
          version: 'v1',
          sharing: { timeSlicing: { resources: [{ name: 'nvidia.com/gpu', replicas }] } },
        }),
      },
    },
  },
});
