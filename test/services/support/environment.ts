import type { PostgresConfig } from '../../../services/kit/postgres';
import type { S3Config } from '../../../services/kit/s3-client';

/** Keys that the stub of a bucket takes, as it takes any. */
const stubKeys = { accessKeyId: () => 'key', secretAccessKey: () => 'hush-secret-key' };

/** What a bundled registry needs to run on a database and a bucket: a real one, or the stub at this address. */
export function registryEnvironment(
  database: PostgresConfig,
  bucket: string | Pick<S3Config, 'bucket' | 'prefix' | 'endpoint' | 'accessKeyId' | 'secretAccessKey'>,
): Record<string, string> {
  const artifacts =
    typeof bucket === 'string' ? { bucket: 'platform', prefix: 'registry', endpoint: bucket, ...stubKeys } : bucket;
  return {
    MAX_UPLOAD_MIB: '10',
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_DATABASE: database.database,
    DATABASE_USER: database.user,
    DATABASE_SSL_MODE: database.sslMode,
    DATABASE_PASSWORD: database.password?.() ?? '',
    ARTIFACTS_BUCKET: artifacts.bucket,
    ARTIFACTS_PREFIX: artifacts.prefix,
    ARTIFACTS_ENDPOINT: artifacts.endpoint ?? '',
    ARTIFACTS_PATH_STYLE: 'true',
    ARTIFACTS_ACCESS_KEY_ID: artifacts.accessKeyId?.() ?? '',
    ARTIFACTS_SECRET_ACCESS_KEY: artifacts.secretAccessKey?.() ?? '',
  };
}
