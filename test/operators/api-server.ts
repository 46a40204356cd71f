import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { upstream } from './operators';

const kubectl = (args: readonly string[], input?: string) =>
  spawnSync('kubectl', [...args], { encoding: 'utf8', input, timeout: 60_000 });

function must(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = kubectl(args, input);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Why nothing can be asked of an API server; undefined where it can. */
export const noCluster = process.env.KUBECONFIG
  ? kubectl(['get', '--raw', '/readyz', '--request-timeout=3s']).status === 0
    ? undefined
    : 'kubectl does not reach the cluster that KUBECONFIG names: custom resources are not judged'
  : 'KUBECONFIG is not set: custom resources are not judged';

/** `kubectl wait` alone fails on a definition that has no condition yet. */
function established(name: string): void {
  must(['wait', '--for=jsonpath={.status.conditions}', '--timeout=30s', `crd/${name}`]);
  must(['wait', '--for=condition=Established', '--timeout=30s', `crd/${name}`]);
}

type Manifest = { readonly metadata?: object; readonly [key: string]: unknown };

/**
 * Lets an API server judge custom resources, all at once, without making one. Definitions that it lacks are there meanwhile, and
 * taken away afterwards; those that were there stay.
 * @param judge gets a function that says why manifests are refused, or undefined
 */
export function withDefinitions(
  names: readonly string[],
  judge: (refusal: (...manifests: readonly Manifest[]) => string | undefined) => void,
): void {
  const added = names.filter((name) => kubectl(['get', 'crd', name]).status !== 0);
  const namespace = `check-upstream-${process.pid}`;
  try {
    must(['create', 'namespace', namespace]);
    for (const name of added) must(['apply', '--server-side', '-f', join(upstream, 'crds', `${name}.yaml`)]);
    for (const name of names) established(name);
    judge((...manifests) => {
      const items = manifests.map((manifest) => ({
        ...manifest,
        ...('namespace' in (manifest.metadata ?? {}) ? { metadata: { ...manifest.metadata, namespace } } : {}),
      }));
      const { status, stderr } = kubectl(
        ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
        // not one List: of that kubectl itself judges what is in it
        items.map((item) => JSON.stringify(item)).join('\n'),
      );
      return status === 0 ? undefined : stderr;
    });
  } finally {
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
    if (added.length > 0) kubectl(['delete', 'crd', '--ignore-not-found', ...added]);
  }
}
