import type { ContainerSpec, PodSpec, SecretFile } from '../core/workload';
import { literal, literals } from './literal';

const sharedMemory = 'shared-memory';

/** Group of the files that are mounted into pods. */
const filesGroup = '65532';

/**
 * The pod of a workload in the provider's words: one container, its secrets as files, no token of the API server.
 * @param more what only a server's container has: port and probes
 */
export function podTemplate<More extends object>(pod: PodSpec, more: More) {
  const strict = pod.podSecurity === 'restricted';
  return {
    serviceAccountName: pod.serviceAccountName,
    automountServiceAccountToken: false,
    // REGISTRY_PORT=tcp://… of a Service would read like a variable of ours
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    nodeSelector: { ...pod.pool.nodeSelector },
    toleration: pod.pool.tolerations.map((toleration) => ({ ...toleration })),
    securityContext: {
      ...(strict ? { runAsNonRoot: true } : {}),
      fsGroup: filesGroup,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    container: [{ ...container(pod.name, pod.container, strict), ...more }],
    volume: [
      { name: 'tmp', emptyDir: {} },
      ...(pod.container.sharedMemory ? [{ name: sharedMemory, emptyDir: { medium: 'Memory' } }] : []),
      ...(pod.container.scratch ?? []).map(({ name, sizeLimit }) => ({ name, emptyDir: { sizeLimit } })),
      ...secretVolumes(pod.container.secretFiles),
    ],
  };
}

function container(name: string, spec: ContainerSpec, strict: boolean) {
  return {
    name,
    image: spec.image,
    imagePullPolicy: 'IfNotPresent',
    ...(spec.command ? { command: literals([...spec.command]) } : {}),
    ...(spec.args ? { args: literals([...spec.args]) } : {}),
    env: [
      ...spec.variables.map(({ name, value }) => ({ name, value: literal(value) })),
      ...(spec.secretVariables ?? []).map(({ name, secretName, key }) => ({
        name,
        valueFrom: { secretKeyRef: { name: secretName, key } },
      })),
    ],
    resources: {
      requests: { ...spec.resources.requests, ...devices(spec) },
      limits: { ...spec.resources.limits, ...devices(spec) },
    },
    // the provider writes runAsNonRoot: false into the container unless it is set here too
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: spec.readOnly,
      ...(strict ? { runAsNonRoot: true } : {}),
      ...(spec.user === undefined ? {} : { runAsUser: String(spec.user) }),
      capabilities: { drop: ['ALL'] },
    },
    volumeMount: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(spec.sharedMemory ? [{ name: sharedMemory, mountPath: '/dev/shm' }] : []),
      ...(spec.scratch ?? []).map(({ name, path }) => ({ name, mountPath: path })),
      ...folders(spec.secretFiles).map(([folder]) => ({ name: volumeName(folder), mountPath: folder, readOnly: true })),
    ],
  };
}

const devices = (spec: ContainerSpec) =>
  Object.fromEntries(Object.entries(spec.devices ?? {}).map(([resource, count]) => [resource, String(count)]));

/** One projected volume per folder: its files may come from several Secrets, and are renewed when these change. */
const secretVolumes = (files: readonly SecretFile[]) =>
  folders(files).map(([folder, inFolder]) => ({
    name: volumeName(folder),
    projected: [
      {
        defaultMode: '0440',
        sources: inFolder.map(({ secretName, key, path }) => ({
          secret: [{ name: secretName, items: [{ key, path: path.slice(folder.length + 1) }] }],
        })),
      },
    ],
  }));

/** A DNS label, also of a link that is named `training_data`. */
const volumeName = (folder: string) =>
  `secrets-${folder.slice(folder.lastIndexOf('/') + 1)}`.toLowerCase().replaceAll('_', '-');

function folders(files: readonly SecretFile[]): [string, SecretFile[]][] {
  const byFolder = new Map<string, SecretFile[]>();
  for (const file of files) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  return [...byFolder];
}
