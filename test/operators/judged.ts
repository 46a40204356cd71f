import { existsSync } from 'node:fs';
import { backupStores, manifests, upstream } from './operators';
import { type Manifest, renderedManifests } from './rendered';

export const withoutUpstream = existsSync(upstream)
  ? undefined
  : 'no ../shared/upstream beside the repository: definitions are unknown';

/** Kubernetes' own, and those whose definitions are not among those from upstream. */
const unknown = ['v1', 'networking.k8s.io/v1', 'elbv2.k8s.aws/v1beta1', 'barmancloud.cnpg.io/v1'];
const { combinations, manifests: rendered } = renderedManifests();

/** Custom resources of every preset on every target, and those of every option. */
export const judged: readonly Manifest[] = [...rendered, ...manifests].filter(
  ({ apiVersion }) => !unknown.includes(apiVersion),
);
export const stores: readonly Manifest[] = [...backupStores, ...rendered.filter(({ kind }) => kind === 'ObjectStore')];
export { combinations };

/** One of a kind, with another specification. */
export const changed = (kind: string, spec: object): Manifest => {
  const right = judged.find((manifest) => manifest.kind === kind);
  return { ...right, spec: { ...right.spec, ...spec } };
};
