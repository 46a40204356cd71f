import { Construct } from 'constructs';
import type { objectStore } from '../../services/kit/connections';
import type { Link } from '../core/access';
import { names } from '../core/names';
import { viaSecret } from '../core/secret-offer';
import type { IObjectStore } from '../core/storage';
import { seaweedfsName as name } from '../operators/seaweedfs';
import { otherWorkloads, type StoreUser, storeSecret } from './seaweedfs-users';

export const s3Port = 8333;
export const s3Callers = 'mlops-constructs/client-of-seaweedfs';

/** Of every pod of the server. */
export const podLabels = { 'app.kubernetes.io/instance': name };

export interface SeaweedfsByNameProps {
  readonly platform: string;
  readonly bucket: string;
  /** Workloads with a key of their own; all others of a namespace share one. */
  readonly users: readonly StoreUser[];
}

/** A bucket that another stack makes, known by its name. */
export class NamedSeaweedfs extends Construct implements IObjectStore {
  readonly bucketName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly byName: SeaweedfsByNameProps,
  ) {
    super(scope, id);
    this.bucketName = byName.bucket;
  }

  read(prefix?: string): Link<typeof objectStore> {
    return this.readWrite(prefix);
  }

  write(prefix?: string): Link<typeof objectStore> {
    return this.readWrite(prefix);
  }

  /** A key opens the whole bucket, for reading and writing: one workload cannot be told from another below it. */
  readWrite(prefix?: string): Link<typeof objectStore> {
    const { platform, users } = this.byName;
    const namespace = names.namespace(platform);
    return {
      resource: this,
      type: 'object-store',
      values: {
        bucket: this.bucketName,
        prefix,
        region: 'us-east-1',
        endpoint: `http://${name}-s3.${namespace}.svc:${s3Port}`,
        pathStyle: 'true',
      },
      offers: [
        viaSecret((workload) => {
          const secretName = storeSecret(users.some((user) => user.workload === workload) ? workload : otherWorkloads);
          return {
            accessKeyId: { secretName, key: 'accessKeyId' },
            secretAccessKey: { secretName, key: 'secretAccessKey' },
          };
        }),
      ],
      destination: {
        kind: 'pods',
        namespace,
        labels: { ...podLabels, 'app.kubernetes.io/component': 'filer' },
        port: s3Port,
        callerLabel: s3Callers,
      },
    };
  }
}
