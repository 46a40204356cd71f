import { mergeValues, type OperatorSpec } from '../../lib/operators/spec';
import { chartValues, type Values, valueAt } from './values';

/**
 * Images that a chart can start and ours do not: by chart, the map that names the image, and the value that must be
 * false or empty for that.
 */
const leftOff: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // empty: they stand before the names of images, or in their place
  'external-secrets': { global: 'global.repository' },
  'gateway-helm': {
    'deployment.envoyGateway.image': 'deployment.envoyGateway.image.repository',
    'global.images.ratelimit': 'config.envoyGateway.rateLimit',
  },
  'gpu-operator': {
    ...Object.fromEntries(
      ['driver', 'toolkit', 'dcgm', 'migManager', 'nodeStatusExporter', 'gds', 'gdrcopy', 'vgpuManager'].map((name) => [
        name,
        `${name}.enabled`,
      ]),
    ),
    'driver.manager': 'driver.enabled',
    'vgpuManager.driverManager': 'vgpuManager.enabled',
    // for virtual machines; each says that it is enabled, and none is without this one
    ...Object.fromEntries(
      [
        'vgpuDeviceManager',
        'vfioManager',
        'vfioManager.driverManager',
        'sandboxDevicePlugin',
        'kataSandboxDevicePlugin',
        'ccManager',
      ].map((name) => [name, 'sandboxWorkloads.enabled']),
    ),
    draDriver: 'gpuCluster.deployCR',
  },
  kueue: { 'kueueViz.backend.image': 'enableKueueViz', 'kueueViz.frontend.image': 'enableKueueViz' },
  'metrics-server': { 'addonResizer.image': 'addonResizer.enabled' },
  seaweedfs: {
    'global.seaweedfs.image': 'global.seaweedfs.image.repository',
    'volume.resizeHook': 'volume.resizeHook.enabled',
    cosi: 'cosi.enabled',
    'cosi.sidecar': 'cosi.enabled',
  },
};

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of all maps that name an image. */
function holders(values: Values, path: readonly string[] = []): string[] {
  const here = ['repository', 'image'].some((key) => typeof values[key] === 'string') ? [path.join('.')] : [];
  return [
    ...here,
    ...Object.entries(values).flatMap(([key, below]) => (isMap(below) ? holders(below, [...path, key]) : [])),
  ];
}

/** Images that the chart starts and the operator does not list: these would come from elsewhere than all others. */
export function unlistedImages({ chart, images }: OperatorSpec): string[] {
  const merged = mergeValues(chartValues(chart.name), chart.values);
  const listed = new Set(images.flatMap(({ values }) => values.map((path) => path.slice(0, path.lastIndexOf('.')))));
  return holders(merged).flatMap((holder) => {
    if (listed.has(holder)) return [];
    const off = leftOff[chart.name]?.[holder];
    return off !== undefined && !valueAt(merged, off) ? [] : [`chart '${chart.name}' starts the image at '${holder}'`];
  });
}

/** Listed images that are others than those of the chart's values: name, and tag where the values have one. */
export function otherImages({ chart, images }: OperatorSpec): string[] {
  const merged = mergeValues(chartValues(chart.name), chart.values);
  return images.flatMap(({ image, values, subchart }) =>
    subchart !== undefined
      ? []
      : values.flatMap((path) => {
          const { registry, repository, image: name, tag, version } = holderOf(merged, path);
          const said = [registry, repository, name].filter((part) => typeof part === 'string' && part !== '').join('/');
          // the chart's own way to put it together
          if (said === '' || said.startsWith('$') || said === registry) return [];
          const [from = '', given] = image.split(/:(?=[^/]*$)/);
          const wanted = tag || version;
          return said === from && (!wanted || wanted === given)
            ? []
            : [`chart '${chart.name}' starts ${said}:${wanted} at '${path}', listed is ${image}`];
        }),
  );
}

const holderOf = (values: Values, path: string) =>
  (valueAt(values, path.slice(0, path.lastIndexOf('.'))) ?? {}) as Values;
