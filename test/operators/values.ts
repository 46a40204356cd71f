import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import type { OperatorSpec } from '../../lib/operators/index';
import { upstream } from './operators';

export type Values = Readonly<Record<string, unknown>>;

/** Paths below which a chart takes whatever a pod, a label map or a program of its own takes: `*` is any chart. */
const freeForm: Readonly<Record<string, readonly string[]>> = {
  '*': ['resources', 'nodeSelector'],
  'aws-load-balancer-controller': [
    'podDisruptionBudget',
    'podSecurityContext',
    'securityContext',
    'controllerConfig.featureGates',
    ...labels('serviceMonitor'),
  ],
  'cert-manager': ['config', 'prometheus.servicemonitor.labels', 'podDisruptionBudget'],
  'cloudnative-pg': ['monitoring.podMonitorAdditionalLabels'],
  'cluster-autoscaler': ['extraArgs', 'securityContext', 'containerSecurityContext', 'serviceMonitor.selector'],
  'external-secrets': ['crds.annotations', ...labels('serviceMonitor')],
  'gpu-operator': ['devicePlugin.config.data', ...labels('dcgmExporter.serviceMonitor')],
  'metrics-server': labels('serviceMonitor'),
  seaweedfs: [
    ...['master', 'volume', 'filer'].flatMap((part) => [
      `${part}.podSecurityContext`,
      `${part}.containerSecurityContext`,
    ]),
    'filer.secretExtraEnvironmentVars',
    ...labels('global.seaweedfs.monitoring'),
  ],
};

function labels(path: string) {
  return [`${path}.additionalLabels`];
}

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const chartFile = (chart: string, file: string) => join(upstream, 'charts', chart, file);
export const chartValues = (chart: string): Values =>
  parse(readFileSync(chartFile(chart, 'values.yaml'), 'utf8')) as Values;

function isFree(chart: string, path: string): boolean {
  const last = path.slice(path.lastIndexOf('.') + 1);
  return (freeForm['*'] ?? []).includes(last) || (freeForm[chart] ?? []).includes(path);
}

/** Keys that we set and the chart does not have: Helm would ignore each in silence. */
export function unknownKeys(chart: string, values: Values, known = chartValues(chart), path = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path ? `${path}.${key}` : key;
    if (!(key in known)) return [`chart '${chart}' has no value '${at}'`];
    if (!isMap(value) || isFree(chart, at)) return [];
    const below = known[key];
    return unknownKeys(chart, value, isMap(below) ? below : {}, at);
  });
}

/** The value at a path of keys; undefined where there is none. */
export const valueAt = (values: Values, path: string): unknown =>
  path.split('.').reduce<unknown>((below, key) => (isMap(below) ? below[key] : undefined), values);

/** Values of images that the chart does not have. */
export const unknownImageValues = ({ chart, images }: OperatorSpec): string[] =>
  images
    .filter(({ subchart }) => subchart === undefined)
    .flatMap(({ values }) =>
      values.flatMap((path) => {
        const keys = path.split('.');
        return unknownKeys(
          chart.name,
          keys.reduceRight<unknown>((below, key) => ({ [key]: below }), 'image') as Values,
        );
      }),
    );

/** What the chart's own schema says against the values; nothing where it has none. */
export function schemaProblems(chart: string, values: Values): string[] {
  const file = chartFile(chart, 'values.schema.json');
  if (!existsSync(file)) return [];
  // one names draft-07, the other 2020-12: the keywords that they use are the same in both
  const validate = new Ajv2020({ strict: false, allErrors: true, validateSchema: false }).compile(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  if (validate(values)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `chart '${chart}' at ${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** Where and in which version a chart is published. */
export function published(chart: string): { version: string; repository: string } | undefined {
  const { charts } = JSON.parse(readFileSync(join(upstream, 'index.json'), 'utf8')) as {
    charts: { name: string; version: string; repository: string }[];
  };
  return charts.find(({ name }) => name === chart);
}
