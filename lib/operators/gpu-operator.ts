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
   * Who installs driver and container toolkit: whoever made the nodes, or the operator, by containers. Where a node has
   * them already, a second driver breaks it.
   * @default 'node'
   */
  readonly driver?: 'node' | 'operator' | undefined;
  /**
   * Taints of the GPU nodes, for the agents on them.
   * @default - `nvidia.com/gpu`, with any value
   */
  readonly gpuTolerations?: readonly Toleration[] | undefined;
  /**
   * Splits GPUs of nodes that carry the label `nvidia.com/mig.config: all-<profile>`, each as its cards allow: the
   * manager makes the configurations from what it finds on a node. `single` keeps the resource's name, `mixed` has a name
   * for each profile.
   * @default - no GPU is split
   */
  readonly mig?: 'single' | 'mixed' | undefined;
  /**
   * Pods that take turns on each device of the nodes that carry the label `nvidia.com/device-plugin.config:
   * shared-<pods>`, without isolation of memory.
   * @default - nobody shares
   */
  readonly timeSlicing?: readonly TimeSlicing[] | undefined;
}

/** What the nodes of one label share. */
export interface TimeSlicing {
  /** At least 2. */
  readonly pods: number;
  /** `nvidia.com/gpu`, or that of a MIG slice. */
  readonly resourceName: string;
}

const image = (
  name: string,
  values: readonly string[],
  { folder = 'nvcr.io/nvidia', startedBy = 'controller' as OperatorImage['startedBy'], licence = 'Apache-2.0' } = {},
): OperatorImage => ({ image: `${folder}/${name}`, values, takes: 'registry', startedBy, licence });

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
    groups: ['nvidia.com', 'nfd.k8s-sigs.io'],
    values: mergeValues(
      {
        driver: { enabled: options.driver === 'operator' },
        toolkit: { enabled: options.driver === 'operator' },
        operator: { upgradeCRD: true, resources: resources('100m', '350Mi', '500m'), ...placement(options) },
        ...(options.gpuTolerations ? agents(options.gpuTolerations) : {}),
        mig: { strategy: options.mig ?? 'single' },
        migManager:
          options.mig === undefined
            ? { enabled: false }
            : // a virtual machine may not reset its GPU, which turning MIG on needs: the node starts again instead
              { enabled: true, env: [{ name: 'WITH_REBOOT', value: 'true' }] },
        ...(options.timeSlicing?.length ? { devicePlugin: { config: slicing(options.timeSlicing) } } : {}),
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
    ...(options.driver === 'operator' ? driverImages : []),
    {
      image: 'registry.k8s.io/nfd/node-feature-discovery:v0.19.0',
      values: ['node-feature-discovery.image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
      subchart: 'node-feature-discovery',
    },
  ],
  // metrics of the GPUs and of the operator
  network: { ingress: [9400, 8080], egress: apiServer },
});

/** The operator adds the node's system to the driver's tag: `595.91.07-ubuntu24.04`. */
const driverImages: readonly OperatorImage[] = [
  image('driver:595.91.07', ['driver.repository'], { licence: 'LicenseRef-NVIDIA-Software' }),
  // the init container that takes an older driver off the node
  image('k8s-driver-manager:v0.12.0', ['driver.manager.repository'], { folder: 'nvcr.io/nvidia/cloud-native' }),
  image('container-toolkit:v1.20.0', ['toolkit.repository'], { folder: 'nvcr.io/nvidia/k8s' }),
];

/** Both the operator's agents and those of feature discovery; Helm replaces lists, it does not add to them. */
function agents(gpuTolerations: readonly Toleration[]) {
  const tolerations = gpuTolerations.map((toleration) => ({ ...toleration }));
  return { daemonsets: { tolerations }, 'node-feature-discovery': { worker: { tolerations } } };
}

const unshared = 'whole';

/** A configuration of the device plugin by the label of the nodes, and one for those without. JSON is YAML too. */
function slicing(shared: readonly TimeSlicing[]) {
  const configuration = (sharing: object) => JSON.stringify({ version: 'v1', ...sharing });
  const numbers = [...new Set(shared.map(({ pods }) => pods))].sort((a, b) => a - b);
  const resourcesOf = (pods: number) =>
    [...new Set(shared.filter((one) => one.pods === pods).map(({ resourceName }) => resourceName))].sort();
  return {
    create: true,
    name: 'device-plugin',
    default: unshared,
    data: Object.fromEntries([
      [unshared, configuration({ sharing: {} })],
      ...numbers.map((pods) => [
        `shared-${pods}`,
        configuration({
          sharing: {
            timeSlicing: {
              // two turns on one card are no more than one
              failRequestsGreaterThanOne: true,
              resources: resourcesOf(pods).map((name) => ({ name, replicas: pods })),
            },
          },
        }),
      ]),
    ]),
  };
}
