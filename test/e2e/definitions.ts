import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kubectl } from './kubectl';

const crds = resolve(__dirname, '../../../shared/upstream/crds');

/** Files of the definitions of a group. */
export const definitionsOf = (group: string): string[] =>
  readdirSync(crds)
    .filter((file) => file.slice(file.indexOf('.') + 1) === `${group}.yaml`)
    .map((file) => join(crds, file));

/** What is there before a platform comes, by group. */
const existing = {
  'kueue.x-k8s.io': ['resourceflavors', 'clusterqueues', 'localqueues', 'workloadpriorityclasses'],
  'gateway.networking.k8s.io': ['gateways', 'gatewayclasses', 'httproutes'],
  'monitoring.coreos.com': ['servicemonitors', 'podmonitors'],
};
type Group = keyof typeof existing;

/** The real definitions of what is `existing` in a run. */
export function installDefinitions(groups: readonly Group[] = Object.keys(existing) as Group[]): void {
  const names = groups.flatMap((group) => existing[group].map((kind) => `${kind}.${group}`));
  for (const name of names) kubectl('apply', '--server-side', '-f', join(crds, `${name}.yaml`));
  for (const name of names) kubectl('wait', '--for=condition=Established', `crd/${name}`, '--timeout=30s');
}

/** Names of the definitions of groups that the cluster has. */
export const liveDefinitions = (groups: readonly string[]): string[] =>
  kubectl('get', 'crd', '-o', 'name')
    .split('\n')
    .map((line) => line.slice(line.indexOf('/') + 1))
    .filter((name) => groups.includes(name.slice(name.indexOf('.') + 1)))
    .sort();

/** Takes them away, with everything of their kinds. */
export function removeDefinitions(groups: readonly string[]): void {
  const names = liveDefinitions(groups);
  if (names.length > 0) kubectl('delete', 'crd', ...names, '--timeout=120s');
}
