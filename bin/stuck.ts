import { tryCapture } from './process';

const columns = {
  kind: '.kind',
  name: '.metadata.name',
  namespace: '.metadata.namespace',
  release: '.metadata.annotations.meta\\.helm\\.sh/release-namespace',
  since: '.metadata.deletionTimestamp',
  finalizers: '.metadata.finalizers[*]',
};

/**
 * Custom resources of these namespaces that are being deleted and wait for a controller, also those without a namespace
 * that a release in one of them made. Kinds that may not be read are left out.
 */
export function stuckResources(namespaces: readonly string[]): string[] {
  const kinds = kubectl('get', 'crd', '-o', 'name')
    .split('\n')
    .flatMap((line) => line.split('/')[1] ?? []);
  if (kinds.length === 0) return [];
  const format = Object.entries(columns).map(([name, path]) => `${name}:${path}`);
  return kubectl('get', kinds.join(), '-A', '--no-headers', '-o', `custom-columns=${format}`)
    .split('\n')
    .flatMap((line) => {
      const [kind, name, namespace = '', release = '', since, finalizers] = line.trim().split(/\s+/);
      const ours = namespaces.includes(namespace === '<none>' ? release : namespace);
      if (!ours || since === '<none>' || finalizers === '<none>') return [];
      const where = namespace === '<none>' ? '' : `${namespace}/`;
      return [`${where}${kind} ${name}: is being deleted, and waits for whoever takes off its finalizer ${finalizers}`];
    });
}

const kubectl = (...args: string[]): string => tryCapture({ command: 'kubectl', args })?.stdout ?? '';
