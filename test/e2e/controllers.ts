import { s3Keys } from '../harness/s3';
import { apply, get, secretValue } from './kubectl';
import type { startSurroundings } from './surroundings';

type Servers = Awaited<ReturnType<typeof startSurroundings>>;

/** A Service whose one address is a server of this machine. */
const serviceTo = (namespace: string, name: string, port: number, target: { host: string; port: number }) => [
  { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ name: 'main', port }] } },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'main', port: target.port }],
    endpoints: [{ addresses: [target.host] }],
  },
];

const claim = (name: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

/**
 * Does on a real Postgres what CloudNativePG does for the resources that are in the cluster: roles with the passwords of
 * their Secrets, databases, the Secret with its authority, a Service and a volume, all of which go with their Cluster.
 */
export async function actAsCloudNativePg(namespace: string, servers: Servers, ca: string): Promise<void> {
  const resources = (kind: string) => get(`${kind}.postgresql.cnpg.io`, '-n', namespace).items;
  for (const { spec } of resources('databaseroles')) {
    const password = secretValue(namespace, spec.passwordSecret.name, 'password');
    expect(secretValue(namespace, spec.passwordSecret.name, 'username')).toBe(spec.name);
    await servers.sql(`create role ${spec.name} ${spec.login ? 'login' : ''} password '${password}'`);
  }
  for (const { spec } of resources('databases')) await servers.sql(`create database ${spec.name} owner ${spec.owner}`);
  for (const { apiVersion, kind, metadata } of resources('clusters')) {
    const { name, uid } = metadata;
    const made = [
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-ca`, namespace }, stringData: { 'ca.crt': ca } },
      ...serviceTo(namespace, `${name}-rw`, 5432, servers.postgres),
      claim(`${name}-1`, namespace),
    ];
    const ownerReferences = [{ apiVersion, kind, name, uid }];
    apply(...made.map((object) => ({ ...object, metadata: { ...object.metadata, ownerReferences } })));
  }
}

/** A Service on a real S3 server that knows the registry's key, and the volumes of the chart's StatefulSets. */
export async function actAsSeaweedfs(namespace: string, servers: Servers): Promise<void> {
  const [access, secret] = ['accessKeyId', 'secretAccessKey'].map((key) => secretValue(namespace, 's3-registry', key));
  await servers.order.s3('stop');
  await servers.order.s3('start', { ...s3Keys, access, secret } as typeof s3Keys);
  const { hostname, port } = new URL(servers.objectStore.endpoint);
  apply(
    ...serviceTo(namespace, 'seaweedfs-s3', 8333, { host: hostname, port: Number(port) }),
    ...volumesOfSeaweedfs.map((name) => claim(name, namespace)),
  );
}

/** As its StatefulSets name them; they stay when those go. */
export const volumesOfSeaweedfs = ['data-filer-seaweedfs-filer-0', 'data1-seaweedfs-volume-0'];

/**
 * The shell of SeaweedFS as far as its answers go: what it does, {@link actAsSeaweedfs} does. Results come on the first
 * output, failures on the second, and it ends with 0 in both cases.
 */
export const weed = `#!/bin/sh
[ "$1" = shell ] || exit 2
while read -r line; do
  case "$line" in
    s3.bucket.list) ;;
    's3.bucket.create -name='* | 's3.configure -user='*' -apply') echo "$line" ;;
    *) echo "unknown command: $line" >&2 ;;
  esac
done
`;
