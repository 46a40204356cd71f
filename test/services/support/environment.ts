import type { PostgresConfig } from '../../../services/kit/postgres';

const secretKey = 'hush-secret-key';

/** What a bundled registry needs to run on a database and a bucket. */
export function registryEnvironment(database: PostgresConfig, endpoint: string): Record<string, string> {
  return {
    MAX_UPLOAD_MIB: '10',
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_DATABASE: database.database,
    DATABASE_USER: database.user,
    DATABASE_SSL_MODE: database.sslMode,
    DATABASE_PASSWORD: database.password?.() ?? '',
    ARTIFACTS_BUCKET: 'platform',
    ARTIFACTS_PREFIX: 'registry',
    ARTIFACTS_ENDPOINT: endpoint,
    ARTIFACTS_PATH_STYLE: 'true',
    ARTIFACTS_ACCESS_KEY_ID: 'key',
    ARTIFACTS_SECRET_ACCESS_KEY: secretKey,
  };
}
