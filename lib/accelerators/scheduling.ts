import { catalogue } from './catalogue';
import { type Device, devicesOf } from './device';

/** Our own node label. It stands on a node before it boots, so pools that start from zero are selected by it. */
const acceleratorLabel = 'mlops-constructs/accelerator';

/** Labels of GPU feature discovery and of EKS. The first exists only after a node has booted. */
const productLabel = 'nvidia.com/gpu.product';
const awsLabel = 'k8s.amazonaws.com/accelerator';

/** Keeps pods without a need for a GPU off its nodes. */
export const gpuTaint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const;

/** Lets a pod onto nodes with {@link gpuTaint}, also where its value is another. */
export const gpuToleration = { key: gpuTaint.key, operator: 'Exists', effect: gpuTaint.effect } as const;

/** One value from which everything follows that brings a pod and a device together. */
export interface DeviceScheduling {
  /** `'a30'`, `'a30-mig-1g.6gb'`, `'t4-shared-4'`: value of our label, name of the Kueue flavor and of the panel. */
  readonly id: string;
  /** What a pod asks for: `nvidia.com/gpu` or `nvidia.com/mig-1g.6gb`. */
  readonly resourceName: string;
  /** Selects nodes of pools that we make, booted or not. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Labels that we give to nodes which we make on AWS. */
  readonly awsNodeLabels: Readonly<Record<string, string>>;
  readonly taint: typeof gpuTaint;
  readonly toleration: typeof gpuToleration;
  /** Name of the Kueue ResourceFlavor; a DNS subdomain. */
  readonly flavorName: string;
}

/** How pods reach a device. */
export function scheduling(device: Device): DeviceScheduling {
  const id = deviceId(device);
  const aws = catalogue[device.accelerator].awsLabel;
  const own = { [acceleratorLabel]: id };
  return {
    id,
    resourceName: device.mig === undefined ? 'nvidia.com/gpu' : `nvidia.com/mig-${device.mig}`,
    nodeSelector: own,
    awsNodeLabels: aws === undefined ? own : { ...own, [awsLabel]: aws },
    taint: gpuTaint,
    toleration: gpuToleration,
    flavorName: id,
  };
}

/**
 * Selects nodes that are there already, by the labels of GPU feature discovery: `nvidia.com/gpu.product`, which ends with
 * `-SHARED` under time-slicing; for MIG slices `nvidia.com/mig-1g.6gb.product` (strategy `mixed`).
 * @param product which of the card's product labels the nodes carry: A100 and H100 have one per board
 */
export function existingNodeSelector(
  device: Device,
  product: string = catalogue[device.accelerator].products[0],
): Readonly<Record<string, string>> {
  const shared = (device.timeSlicing ?? 1) > 1 ? '-SHARED' : '';
  if (device.mig === undefined) return { [productLabel]: `${product}${shared}` };
  return { [`nvidia.com/mig-${device.mig}.product`]: `${product}-MIG-${device.mig}${shared}` };
}

/** How many of its resource a pool offers: nodes × cards × slices × turns. */
export const poolDevices = (device: Device, nodes: number, gpusPerNode: number) =>
  nodes * devicesOf(device, gpusPerNode);

function deviceId({ accelerator, mig, timeSlicing }: Device): string {
  const card = accelerator.toLowerCase().replaceAll(' ', '-');
  const slice = mig === undefined ? '' : `-mig-${mig}`;
  const shared = (timeSlicing ?? 1) > 1 ? `-shared-${timeSlicing}` : '';
  return `${card}${slice}${shared}`;
}
