import type { Toleration } from '../core/node-pool';
import { type Monitoring, mergeValues, type OperatorImage, type OperatorSpec, resources } from './spec';

export interface SeaweedfsOptions {
  readonly namespace: string;
  /** Size of one volume server's disk, as a Kubernetes quantity. */
  readonly storage: string;
  /** Size of the disk that holds the names of all files. */
  readonly metadataStorage: string;
  readonly volumeServers: number;
  /** @default - the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Secret with the configuration of S3 under `seaweedfs_s3_config`, and the key of its only identity under `key`. */
  readonly configSecret: string;
  /** Where its pods run: a pool, or the two fields of one. */
  readonly pool: {
    readonly nodeSelector: Readonly<Record<string, string>>;
    readonly tolerations: readonly Toleration[];
  };
  /** ServiceMonitors for a Prometheus operator that is there. @default - none are made */
  readonly monitoring?: Monitoring | undefined;
  /** Secret with credentials of an image registry: the chart takes one. @default - none */
  readonly imagePullSecret?: string | undefined;
  /** Values of the chart, merged last. @default - none */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

const version = '4.44';

/** Of every part of it; with its shell, also of the Job that makes its users. */
export const seaweedfsImage = `docker.io/chrislusf/seaweedfs:${version}`;

const image: OperatorImage = {
  image: seaweedfsImage,
  values: ['image.registry'],
  takes: 'host',
  startedBy: 'chart',
  licence: 'Apache-2.0',
};

/** Of the release, and in the names of its Services: `seaweedfs-s3`, `seaweedfs-master`, `seaweedfs-filer`. */
export const seaweedfsName = 'seaweedfs';

/** The chart's default is a folder of the node. */
const toStandardError = { type: '' };

/** The variable that the configuration of S3 names in place of the key. */
export const adminKeyVariable = 'S3_ADMIN_SECRET_KEY';

/** The image knows this user, and runs as root unless told. */
export const seaweedfsUser = 1000;

/**
 * An S3 server in the cluster: a master, volume servers with a disk each, and a filer that keeps names and speaks S3. Its
 * disks are those of StatefulSets: they stay when the release goes.
 */
export const seaweedfs = (options: SeaweedfsOptions): OperatorSpec => {
  const disk = (size: string) => ({
    type: 'persistentVolumeClaim',
    size,
    ...(options.storageClass === undefined ? {} : { storageClass: options.storageClass }),
  });
  const pod = {
    podSecurityContext: {
      enabled: true,
      runAsNonRoot: true,
      runAsUser: seaweedfsUser,
      runAsGroup: seaweedfsUser,
      fsGroup: seaweedfsUser,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containerSecurityContext: { enabled: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    // of the chart, text; JSON is YAML too
    nodeSelector: JSON.stringify(options.pool.nodeSelector),
    tolerations: JSON.stringify(options.pool.tolerations),
    // a rule that one pod cannot break: the chart's own keeps pods of a kind apart, and waits for nodes that are not there
    affinity: '',
  };
  return {
    chart: {
      name: seaweedfsName,
      version: '4.44.0',
      repository: 'https://seaweedfs.github.io/seaweedfs/helm',
      namespace: options.namespace,
      definitions: 'none',
      values: mergeValues(
        {
          image: { registry: 'docker.io', tag: version },
          global: {
            ...(options.imagePullSecret === undefined ? {} : { imagePullSecrets: options.imagePullSecret }),
            seaweedfs: {
              // rights over the pods of the whole cluster, which no part of it uses
              createClusterRole: false,
              automountServiceAccountToken: false,
              ...(options.monitoring
                ? { monitoring: { enabled: true, additionalLabels: options.monitoring.labels ?? {} } }
                : {}),
            },
          },
          master: { ...pod, logs: toStandardError, data: disk('1Gi'), resources: resources('50m', '256Mi') },
          volume: {
            ...pod,
            replicas: options.volumeServers,
            dataDirs: [{ name: 'data1', maxVolumes: 0, ...disk(options.storage) }],
            // it works on the API server as an image of somebody else's, and outside of the policies here
            resizeHook: { enabled: false },
            resources: resources('100m', '1Gi', '2'),
          },
          filer: {
            ...pod,
            logs: toStandardError,
            data: disk(options.metadataStorage),
            resources: resources('100m', '1Gi', '2'),
            s3: { enabled: true, port: 8333, enableAuth: true, existingConfigSecret: options.configSecret },
            secretExtraEnvironmentVars: {
              [adminKeyVariable]: { secretKeyRef: { name: options.configSecret, key: 'key' } },
            },
          },
        },
        options.values,
      ),
    },
    podSecurity: 'restricted',
    images: [image],
    network: { ingress: [8333], egress: [] },
  };
};
