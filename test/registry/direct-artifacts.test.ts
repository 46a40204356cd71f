import { PlatformApp } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, readSynthesized } from '../harness/synth';

/** Variables of the registry's pods, and of a job's that uses it. */
function variablesOf(directArtifacts?: boolean) {
  const outdir = newFolder();
  const app = new PlatformApp({ outdir });
  const made = new Platform(app, { ...preset, registry: { mode: 'on', directArtifacts } });
  made.training?.addJob('train', { image: 'train:1' });
  app.synth();
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const all = readSynthesized(outdir).resources('acme-platform') as any;
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const only = (type: string) => Object.values<any>(all[type])[0].spec;
  const named = (pod: { container: { env: { name: string; value?: string }[] }[] }, part: string) =>
    Object.fromEntries(
      pod.container[0]?.env.filter(({ name }) => name.includes(part)).map(({ name, value }) => [name, value]) ?? [],
    );
  return {
    server: named(only('kubernetes_deployment_v1').template.spec, 'DIRECT'),
    job: named(only('kubernetes_cron_job_v1').job_template.spec.template.spec, 'MULTIPART'),
  };
}

test('artifacts pass through the registry unless it is said otherwise', () => {
  expect([variablesOf(), variablesOf(false)]).toEqual([
    { server: {}, job: {} },
    { server: {}, job: {} },
  ]);
});

test('with directArtifacts clients go to the bucket, but not jobs, whose policies let them reach the registry alone', () => {
  expect(variablesOf(true)).toEqual({
    server: { DIRECT_ARTIFACTS: 'true' },
    job: { MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: 'false', MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD: 'false' },
  });
});

test.each(['http://minio.storage.svc:9000', 'https://minio.storage.svc.cluster.local'])(
  'directArtifacts with the endpoint %s is refused: only pods reach it',
  (endpoint) => {
    const target = { ...preset.target, objectStore: { ...preset.target.objectStore, endpoint } };
    const registry = { mode: 'on', directArtifacts: true } as const;
    expect(problemsOf((app) => void new Platform(app, { ...preset, target, registry }))).toEqual([
      `directArtifacts sends clients to an endpoint that nobody outside of the cluster reaches, got '${endpoint}'; give the bucket an endpoint that they reach, or leave directArtifacts out (acme-platform/Registry)`,
    ]);
  },
);
