import { S3Client } from '@aws-sdk/client-s3';
import type { Secret } from './config';
import { ProgramError } from './errors';

/** What `readConfig` makes of the `objectStore` connection of a contract. */
export interface S3Config {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly pathStyle: boolean;
  readonly caCertificate?: string | undefined;
  readonly accessKeyId?: Secret | undefined;
  readonly secretAccessKey?: Secret | undefined;
}

/** Keys are read again for each request. Without keys the SDK's own chain finds the identity of the pod or the machine. */
export function s3Client(config: S3Config): S3Client {
  const { accessKeyId, secretAccessKey } = config;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw new ProgramError(
      `bucket '${config.bucket}' has an access key without its other half, got only ${accessKeyId ? 'accessKeyId' : 'secretAccessKey'}; give both, or none for the identity of the pod`,
    );
  return new S3Client({
    region: config.region,
    forcePathStyle: config.pathStyle,
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 2000,
      ...(config.caCertificate !== undefined && { httpsAgent: { ca: config.caCertificate } }),
    },
    // Servers other than AWS's do not all understand the SDK's checksum trailers.
    ...(config.endpoint !== undefined && {
      endpoint: config.endpoint,
      requestChecksumCalculation: 'WHEN_REQUIRED' as const,
      responseChecksumValidation: 'WHEN_REQUIRED' as const,
    }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        // The SDK keeps credentials until shortly before they expire; these expire at once.
        credentials: async () => ({
          accessKeyId: accessKeyId(),
          secretAccessKey: secretAccessKey(),
          expiration: new Date(),
        }),
      }),
  });
}
