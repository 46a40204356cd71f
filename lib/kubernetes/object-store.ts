import { Construct } from 'constructs';
import type { objectStore } from '../../services/kit/connections';
import type { Link, SecretKey } from '../core/access';
import { anywhere, endpointProblems, portOf } from '../core/endpoint';
import { report } from '../core/errors';
import { viaSecret } from '../core/secret-offer';
import type { IObjectStore } from '../core/storage';

/** Places of an access key pair, in the namespace of the workload that uses it. */
export interface AccessKey {
  readonly accessKeyId: SecretKey;
  readonly secretAccessKey: SecretKey;
}

export interface ObjectStoreEndpointProps {
  readonly bucket: string;
  /** Base URL, `https://s3.example.com`. */
  readonly endpoint: string;
  /** @default 'us-east-1' */
  readonly region?: string | undefined;
  /**
   * The bucket stands in the path, not in the host name.
   * @default true
   */
  readonly pathStyle?: boolean | undefined;
  /**
   * PEM certificates of its own certificate authority.
   * @default - the authorities that the runtime trusts
   */
  readonly caCertificate?: string | undefined;
  /** Credentials by workload, so that each can be given its own rights; `default` for those without. */
  readonly credentials: Readonly<Record<string, AccessKey>>;
  /**
   * Addresses that pods may reach it at, for network policies.
   * @default - any address, on its port only
   */
  readonly cidrs?: readonly string[] | undefined;
}

/** A bucket on an S3 server that somebody else runs. */
export class ObjectStore extends Construct implements IObjectStore {
  /** A bucket that exists, at an address. Which workload may do what is decided by the credentials it is given. */
  static fromEndpoint(scope: Construct, id: string, props: ObjectStoreEndpointProps): ObjectStore {
    return new ObjectStore(scope, id, props);
  }

  readonly bucketName: string;

  private constructor(
    scope: Construct,
    id: string,
    private readonly props: ObjectStoreEndpointProps,
  ) {
    super(scope, id);
    this.bucketName = props.bucket;
    for (const problem of endpointProblems('the endpoint of the bucket', props.endpoint)) report(this, problem);
  }

  read(prefix?: string): Link<typeof objectStore> {
    return this.link(prefix);
  }

  write(prefix?: string): Link<typeof objectStore> {
    return this.link(prefix);
  }

  readWrite(prefix?: string): Link<typeof objectStore> {
    return this.link(prefix);
  }

  private link(prefix: string | undefined): Link<typeof objectStore> {
    const {
      bucket,
      endpoint,
      region = 'us-east-1',
      pathStyle = true,
      caCertificate,
      credentials,
      cidrs = anywhere,
    } = this.props;
    return {
      resource: this,
      type: 'object-store',
      values: { bucket, prefix, region, endpoint, pathStyle: String(pathStyle), caCertificate },
      offers: [viaSecret((workload) => refs(credentials[workload] ?? credentials.default))],
      destination: { kind: 'addresses', cidrs, port: portOf(endpoint) },
    };
  }
}

const refs = (key: AccessKey | undefined) =>
  key && { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
