import type { PostgresConfig } from '../../../services/kit/postgres';
import { startPostgres, type TestPostgres } from '../../harness/postgres';
import { eventually } from '../../harness/processes';
import { startBucketStub } from './bucket-stub';
import { registryEnvironment } from './environment';
import { bundleServices, type Service, startService } from './service';

/** Other work on the machine may make a server slow to start, or to come back. */
export const patience = 60_000;

export const becomesReady = (service: Service) =>
  eventually(async () => expect((await service.get('/readyz')).status).toBe(200), patience);

/** Registries as processes of their own, for the tests of one file; each test's end kills them. */
export function useReplicas() {
  let postgres: TestPostgres;
  let bucket: Awaited<ReturnType<typeof startBucketStub>>;
  let bundle: string;
  const running: Service[] = [];
  jest.setTimeout(3 * patience);

  beforeAll(async () => {
    bundle = bundleServices();
    [postgres, bucket] = await Promise.all([startPostgres(), startBucketStub()]);
  });
  afterEach(() => Promise.all(running.splice(0).map((service) => service.stop('SIGKILL'))));
  afterAll(async () => {
    bucket?.stop();
    await postgres?.stop();
  });

  return {
    get postgres() {
      return postgres;
    },
    get bucket() {
      return bucket;
    },
    environment: (database: PostgresConfig) => registryEnvironment(database, bucket.url),
    /** Live, but perhaps not ready. */
    start: async (env: Record<string, string>): Promise<Service> => {
      const service = await startService(bundle, 'registry', env);
      running.push(service);
      return service;
    },
  };
}
