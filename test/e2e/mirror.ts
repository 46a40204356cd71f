import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ChartSpec } from '../../lib/core/cluster';
import {
  barmanCloud,
  certManager,
  cloudNativePg,
  envoyGateway,
  gpuOperator,
  kueue,
  metricsServer,
  seaweedfs,
} from '../../lib/operators/index';
import { temporaryFolder } from '../harness/folder';
import { definitionsOf } from './definitions';

const store = seaweedfs({
  namespace: '',
  storage: '1Gi',
  metadataStorage: '1Gi',
  volumeServers: 1,
  configSecret: '',
  pool: { nodeSelector: {}, tolerations: [] },
});
/** Started by a Job of ours, too. */
export const seaweedfsImage = store.images[0]?.image as string;

/** Charts that a platform on premises asks its mirror for. */
const charts: readonly ChartSpec[] = [
  ...[barmanCloud(), certManager(), cloudNativePg(), envoyGateway(), gpuOperator(), kueue(), metricsServer()],
  store,
].map(({ chart }) => chart);

/** API groups whose definitions those charts bring. */
export const broughtGroups = charts.flatMap(({ groups = [] }) => groups);

/** The charts whose definitions stay when they go: without them the cluster would drop everybody's resources. */
const kept = ['cert-manager', 'cloudnative-pg', 'plugin-barman-cloud'];

/** API groups whose definitions stay when a platform is destroyed. */
export const keptGroups = charts
  .filter(({ name, definitions }) => kept.includes(name) || definitions === 'own release')
  .flatMap(({ groups = [] }) => groups);

const template = `{{ range $path, $_ := .Files.Glob "definitions/*" }}
---
{{ $.Files.Get $path }}
{{ end }}`;

/**
 * A folder for `chartMirror`: of each chart one of the same name and version that starts nothing. It brings the real
 * definitions, in the place where the real chart has them.
 */
export function makeMirror(folder: string): void {
  mkdirSync(folder);
  for (const { name, version, groups = [], definitions } of charts) {
    const work = temporaryFolder('chart');
    const at = (...path: string[]) => join(work, name, ...path);
    for (const part of ['templates', 'definitions', 'crds']) mkdirSync(at(part), { recursive: true });
    writeFileSync(at('Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name, version }));
    writeFileSync(at('templates', 'definitions.yaml'), template);
    const target = definitions === 'own release' ? 'crds' : 'definitions';
    for (const file of groups.flatMap(definitionsOf)) {
      copyFileSync(file, at(target, basename(file)));
      if (kept.includes(name)) keep(at(target, basename(file)));
    }
    if (name === 'plugin-barman-cloud') writeFileSync(at(target, 'objectstores.json'), JSON.stringify(barmanStore));
    execFileSync('tar', ['-czf', join(folder, `${name}-${version}.tgz`), '-C', work, name]);
  }
}

/** As the charts themselves write it on their definitions. */
function keep(file: string): void {
  const text = readFileSync(file, 'utf8');
  const marked = text.replace('\n  annotations: {}\n', '\n  annotations:\n    helm.sh/resource-policy: keep\n');
  if (marked === text) throw new Error(`${file} has no empty annotations`);
  writeFileSync(file, marked);
}

/** The plugin's definition is not among those from upstream: this one takes everything. */
const barmanStore = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'objectstores.barmancloud.cnpg.io', annotations: { 'helm.sh/resource-policy': 'keep' } },
  spec: {
    group: 'barmancloud.cnpg.io',
    scope: 'Namespaced',
    names: { kind: 'ObjectStore', plural: 'objectstores', singular: 'objectstore' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
