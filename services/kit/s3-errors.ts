import { untrustedCertificate } from './certificates';
import { ServiceError, UnavailableError } from './errors';
import type { S3Config } from './s3-client';

/** Errors of the SDK as ours: what is away or refuses us becomes 503 with the reason in words, a wrong path becomes 400. */
export function s3Error(error: unknown, config: S3Config): unknown {
  if (error instanceof ServiceError) return error;
  const place = `bucket '${config.bucket}' at ${config.endpoint ?? `S3 in ${config.region}`}`;
  const {
    name,
    message,
    code = name,
    $metadata,
  } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const unavailable = (reason: string) => new UnavailableError(`${place} ${reason}`, { cause: error });
  if (name === 'NoSuchBucket') return unavailable('does not exist; create it, or correct the name');
  // No client tries 507 again by itself: waiting does not make room. The names are MinIO's and Ceph's.
  if (status === 507 || /StorageFull|QuotaExceeded/.test(name))
    return new ServiceError(507, 'RESOURCE_EXHAUSTED', `${place} is full (${name}); make room, or raise its quota`);
  if (name === 'CredentialsProviderError' || code === 'ENOENT')
    return unavailable(`cannot be used, no credentials: ${message}; give keys or an identity`);
  if (status === 403 || status === 401)
    return unavailable(
      `refuses us (${name}: ${message}); correct the keys or their rights, their files are read again`,
    );
  if (status === 301 || status === 307) return unavailable(`is in another region (${name}); correct the region`);
  if (status === 400 || status === 409)
    return new ServiceError(400, 'INVALID_PARAMETER_VALUE', `the object store refuses it: ${name}: ${message}`);
  if (/certificate|self-signed/i.test(message)) return unavailable(untrustedCertificate(message));
  return unavailable(
    `does not answer (${status === undefined ? code : `${status} ${name}`}); start it, or correct the endpoint`,
  );
}
