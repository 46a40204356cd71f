import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(__dirname, '../..');
const program = ['--import', 'tsx', join(root, 'bin/mlops.ts')];

/** Our own command, from its sources. */
export const mlops = (...args: string[]): string =>
  execFileSync(process.execPath, [...program, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });

/** The same where its exit code says something. */
export function mlopsStatus(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

export const kubectl = (...args: string[]): string =>
  execFileSync('kubectl', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });

/** Objects of a kind: one, or the items of a list. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the API server says
export const get = (...args: string[]): any => JSON.parse(kubectl('get', ...args, '-o', 'json'));

/** `kind/name` of everything that is in the cluster, but for what it writes by itself. */
export function everything(): string[] {
  const kinds = kubectl('api-resources', '--verbs=list', '-o', 'name').trim().split('\n');
  const steady = kinds.filter(
    (kind) => !/^(events|leases|endpointslices|componentstatuses|pods|apiservices)\b/.test(kind),
  );
  return kubectl('get', steady.join(), '-A', '-o', 'name').trim().split('\n').sort();
}

const listOf = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** The objects that manifests name, as the API server has them, in their order. */
export const live = (manifests: readonly object[]): object[] =>
  JSON.parse(
    execFileSync('kubectl', ['get', '-f', '-', '-o', 'json'], {
      input: listOf(manifests),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  ).items;

/** Makes objects, or changes them. */
export const apply = (...manifests: readonly object[]): void => {
  execFileSync('kubectl', ['apply', '-f', '-'], { input: listOf(manifests), stdio: 'pipe' });
};

export function createSecret(namespace: string, name: string, values: Readonly<Record<string, string>>): void {
  apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: values });
}

/** Makes an object wait for a controller on its way out; `null` lets it go. */
export function setFinalizers(list: readonly string[] | null, ...object: readonly string[]): void {
  kubectl('patch', ...object, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: list } }));
}

export const secretValue = (namespace: string, name: string, key: string): string =>
  Buffer.from(get('secret', name, '-n', namespace).data[key], 'base64').toString();

/** HTTP status of a GET that the API server sends to a ready pod of a Service. */
export function throughService(namespace: string, service: string, port: number, path: string): number {
  const raw = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
  const { status, stderr } = spawnSync('kubectl', ['get', '--raw', raw, '-v=6'], { encoding: 'utf8' });
  return status === 0 ? 200 : Number(/status="?(\d{3})/.exec(stderr)?.[1] ?? 0);
}

/** Makes a Service reachable on 127.0.0.1 until `stop`. */
export async function portForward(
  namespace: string,
  service: string,
  port: number,
): Promise<{ url: string; stop: () => void }> {
  const child = spawn(
    'kubectl',
    ['port-forward', '-n', namespace, `service/${service}`, `:${port}`, '--address', '127.0.0.1'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit').then(() => ['nothing, and ended']);
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  const local = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  if (!local) throw new Error(`kubectl port-forward said: ${line}`);
  return { url: `http://127.0.0.1:${local}`, stop: () => child.kill() };
}

export async function until<T>(what: string, limitSeconds: number, probe: () => T | undefined | false): Promise<T> {
  const end = Date.now() + limitSeconds * 1000;
  for (;;) {
    const found = probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limitSeconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
