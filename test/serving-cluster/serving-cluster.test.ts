import { parse } from 'yaml';
import type { PlatformApp, Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, type Synthesized, synthesized } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
type Json = any;
type Serving = NonNullable<Preset['serving']>;
type Endpoint = NonNullable<Serving['endpoints']>[string];

const champion = 'models:/flight-delay@champion';
const challenger = 'models:/flight-delay@challenger';
const delay: Endpoint = { model: champion, need: { memory: '2 GiB' } };
const gateway = {
  mode: 'existing',
  name: 'public',
  namespace: 'gateways',
  podNamespace: 'envoy-gateway-system',
} as const;
const prometheus = { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } } as const;

const withServing = (serving: Omit<Serving, 'mode'>, changes: Partial<Preset> = {}): Preset => ({
  ...preset,
  operators: { kueue: { mode: 'off' }, gateway, prometheus },
  serving: { mode: 'on', ...serving },
  ...changes,
});
const made = (serving: Omit<Serving, 'mode'>, changes?: Partial<Preset>, more?: (platform: Platform) => void) =>
  synthesized((app: PlatformApp) => {
    const platform = new Platform(app, withServing(serving, changes));
    more?.(platform);
  });

/** The resources of serving in the stack of the workloads, by type and construct path, without notes of cdktf. */
function ofServing(from: Synthesized): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(from.resources('acme-platform')).flatMap(([type, byName]) =>
      Object.entries(byName)
        .filter(([name]) => name.startsWith('Serving_'))
        .map(([name, { '//': _, ...resource }]) => [`${type}.${name.replace(/_[0-9A-F]{8}$/, '')}`, resource]),
    ),
  );
}
const manifestsOf = (from: Synthesized, endpoint = 'delay'): Json[] =>
  parse(ofServing(from)[`helm_release.Serving_${endpoint}_Manifests`].values[0]).manifests;
const containerOf = (from: Synthesized, track: 'Champion' | 'Canary', endpoint = 'delay'): Json =>
  ofServing(from)[`kubernetes_deployment_v1.Serving_${endpoint}_${track}`].spec.template.spec.container[0];
const variables = ({ env }: Json): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));

test('without an endpoint nothing is made, and a platform without serving is the same', () => {
  const { serving: _, ...older } = withServing({});
  const without = synthesized((app) => new Platform(app, older));
  expect(made({}).addresses).toEqual(without.addresses);
  expect(made({ endpoints: { delay } }, { serving: { mode: 'off', endpoints: { delay } } }).addresses).toEqual(
    without.addresses,
  );
});

test('an endpoint is a server with its identity; a canary is another server, as the same identity', () => {
  const plain = made({ endpoints: { delay } }, { operators: preset.operators });
  expect(Object.keys(ofServing(plain)).sort()).toEqual([
    'kubernetes_deployment_v1.Serving_delay_Champion',
    'kubernetes_network_policy_v1.Serving_delay_Champion_NetworkPolicy',
    'kubernetes_pod_disruption_budget_v1.Serving_delay_Champion_Budget',
    'kubernetes_service_account_v1.Serving_delay_Identity',
    'kubernetes_service_v1.Serving_delay_Champion_Service',
  ]);
  const canary = made({
    endpoints: { delay: { ...delay, canary: { model: challenger, weight: 10 }, hostname: 'delay.example.com' } },
  });
  expect(Object.keys(ofServing(canary)).sort()).toEqual([
    'helm_release.Serving_delay_Manifests',
    'kubernetes_deployment_v1.Serving_delay_Canary',
    'kubernetes_deployment_v1.Serving_delay_Champion',
    'kubernetes_network_policy_v1.Serving_delay_Canary_NetworkPolicy',
    'kubernetes_network_policy_v1.Serving_delay_Champion_NetworkPolicy',
    'kubernetes_pod_disruption_budget_v1.Serving_delay_Canary_Budget',
    'kubernetes_pod_disruption_budget_v1.Serving_delay_Champion_Budget',
    'kubernetes_service_account_v1.Serving_delay_Identity',
    'kubernetes_service_v1.Serving_delay_Canary_Service',
    'kubernetes_service_v1.Serving_delay_Champion_Service',
  ]);
});

test('the container: image, variables, memory from the need, a folder for models of limited size', () => {
  const container = containerOf(made({ endpoints: { delay } }), 'Champion');
  expect(container).toMatchObject({
    image: 'ghcr.io/acme/model-server:1.0.0',
    port: [
      { name: 'http', container_port: 8080 },
      { name: 'grpc', container_port: 8081 },
    ],
    liveness_probe: { http_get: { path: '/livez', port: 'http' } },
    readiness_probe: { http_get: { path: '/readyz', port: 'http' } },
    resources: { requests: { cpu: '500m', memory: '2304Mi' }, limits: { cpu: '2', memory: '4608Mi' } },
    security_context: { read_only_root_filesystem: true, run_as_non_root: true },
  });
  expect(container.volume_mount).toEqual([
    { name: 'tmp', mount_path: '/tmp' },
    { name: 'cache', mount_path: '/cache' },
  ]);
  expect(variables(container)).toEqual({
    MODEL_URI: champion,
    MODEL_NAME: 'flight-delay',
    CACHE_DIR: '/cache',
    MLFLOW_TRACKING_URI: 'http://registry.acme.svc:5000',
  });
  const { spec } = ofServing(made({ endpoints: { delay } }))['kubernetes_deployment_v1.Serving_delay_Champion'];
  expect(spec.template.spec.volume).toEqual([
    { name: 'tmp', empty_dir: {} },
    { name: 'cache', empty_dir: { size_limit: '3072Mi' } },
  ]);
});

test('every option of an endpoint reaches its server', () => {
  const container = containerOf(
    made({
      log: 'on',
      endpoints: {
        delay: {
          ...delay,
          modelName: 'delay',
          threads: 4,
          batching: { size: 32, window: '5 milliseconds' },
          queue: 64,
          requestTimeout: '500 milliseconds',
          maxRequest: '8 MiB',
          maxModel: '512 MiB',
          sample: 0.1,
        },
      },
    }),
    'Champion',
  );
  expect(container.resources).toMatchObject({ requests: { cpu: '2000m' }, limits: { cpu: '5' } });
  expect(variables(container)).toEqual({
    MODEL_URI: champion,
    MODEL_NAME: 'delay',
    CACHE_DIR: '/cache',
    INTRA_OP_THREADS: '4',
    BATCH_MAX_SIZE: '32',
    BATCH_WINDOW_MS: '5',
    QUEUE_SIZE: '64',
    REQUEST_TIMEOUT_MS: '500',
    MAX_REQUEST_MIB: '8',
    MAX_MODEL_MIB: '512',
    LOG_SAMPLE: '0.1',
    MLFLOW_TRACKING_URI: 'http://registry.acme.svc:5000',
    INFERENCE_LOG_BUCKET: 'acme-ml',
    INFERENCE_LOG_PREFIX: 'inference-log/delay',
    INFERENCE_LOG_REGION: 'us-east-1',
    INFERENCE_LOG_ENDPOINT: 'https://s3.example.com',
    INFERENCE_LOG_PATH_STYLE: 'true',
    INFERENCE_LOG_ACCESS_KEY_ID_FILE: '/run/secrets/inferenceLog/accessKeyId',
    INFERENCE_LOG_SECRET_ACCESS_KEY_FILE: '/run/secrets/inferenceLog/secretAccessKey',
  });
});

const canaryOf = (weight: number): Endpoint => ({
  ...delay,
  modelName: 'delay',
  canary: { model: challenger, weight },
  hostname: 'delay.example.com',
  grpcHostname: 'delay-grpc.example.com',
});

test('routes: one host name for REST, one for gRPC, shares for both tracks, no way to load and unload', () => {
  const [monitor, http, grpc] = manifestsOf(made({ endpoints: { delay: canaryOf(10) } }));
  const parentRefs = [{ name: 'public', namespace: 'gateways' }];
  const metadata = { name: 'serving-delay', namespace: 'acme', labels: { 'mlops-constructs/endpoint': 'delay' } };
  expect(http).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec: {
      parentRefs,
      hostnames: ['delay.example.com'],
      rules: [
        {
          matches: [
            { path: { type: 'Exact', value: '/v2' } },
            { path: { type: 'PathPrefix', value: '/v2/health' } },
            { path: { type: 'PathPrefix', value: '/v2/models' } },
          ],
          timeouts: { request: '35s' },
          backendRefs: [
            { name: 'serving-delay', port: 8080, weight: 90 },
            { name: 'serving-delay-canary', port: 8080, weight: 10 },
          ],
        },
      ],
    },
  });
  expect(grpc).toMatchObject({
    kind: 'GRPCRoute',
    metadata,
    spec: {
      parentRefs,
      hostnames: ['delay-grpc.example.com'],
      rules: [
        {
          backendRefs: [
            { name: 'serving-delay', port: 8081, weight: 90 },
            { name: 'serving-delay-canary', port: 8081, weight: 10 },
          ],
        },
      ],
    },
  });
  const methods = grpc.spec.rules[0].matches.map(({ method }: Json) => `${method.service}/${method.method ?? ''}`);
  expect(methods).toContain('inference.GRPCInferenceService/ModelInfer');
  expect(methods.filter((method: string) => /Repository/.test(method))).toEqual([]);
  expect(methods.filter((method: string) => method.endsWith('/'))).toEqual(['grpc.health.v1.Health/']);
  expect(monitor).toEqual({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { ...metadata, labels: { ...metadata.labels, release: 'prometheus' } },
    spec: {
      selector: { matchLabels: { 'mlops-constructs/endpoint': 'delay' } },
      targetLabels: ['mlops-constructs/endpoint', 'mlops-constructs/track'],
      endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
    },
  });
});

test('the canary serves its own model under the same name', () => {
  const from = made({ log: 'on', endpoints: { delay: canaryOf(10) } });
  const [main, canary] = [containerOf(from, 'Champion'), containerOf(from, 'Canary')];
  expect(variables(canary)).toEqual({ ...variables(main), MODEL_URI: challenger });
  expect(variables(main)).toMatchObject({ MODEL_URI: champion, MODEL_NAME: 'delay' });
});

/** What differs between two sets of resources: attribute paths, whole texts of Helm values line by line. */
function differences(before: Json, after: Json, path = ''): string[] {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return before === after ? [] : [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], path === '' ? key : `${path} ${key}`),
  );
}

test('rollback by weight: the plan changes one attribute of one resource, and in it the shares only', () => {
  const [before, after] = [10, 0].map((weight) => ofServing(made({ endpoints: { delay: canaryOf(weight) } })));
  expect(differences(before, after)).toEqual(['helm_release.Serving_delay_Manifests values 0']);
  const lines = (from: Json): string[] =>
    from['helm_release.Serving_delay_Manifests'].values[0].split('\n').map((line: string) => line.trim());
  const changed = lines(before).flatMap((line, index) => {
    const other = lines(after)[index];
    return line === other ? [] : [`${line} → ${other}`];
  });
  expect(changed).toEqual([
    '"weight": 90 → "weight": 100',
    '"weight": 10 → "weight": 0',
    '"weight": 90 → "weight": 100',
    '"weight": 10 → "weight": 0',
  ]);
});

test('rollback by taking the canary out: nothing of the champion changes', () => {
  const { canary: _, ...rest } = canaryOf(10);
  const [before, after] = [canaryOf(10), rest].map((one) => ofServing(made({ endpoints: { delay: one } })));
  expect(
    differences(before, after)
      .map((path) => path.split(' ')[0])
      .filter((address) => !address?.includes('Canary')),
  ).toEqual(['helm_release.Serving_delay_Manifests']);
});

test('network: callers and the gateway reach both ports, Prometheus one; out to the registry and the bucket only', () => {
  const policy = (from: Synthesized, track = 'Champion') =>
    ofServing(from)[`kubernetes_network_policy_v1.Serving_delay_${track}_NetworkPolicy`].spec;
  const inNamespace = (name: string) => ({
    namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': name } },
  });
  const callers = {
    namespace_selector: { match_labels: { 'mlops-constructs/platform': 'acme' } },
    pod_selector: { match_labels: { 'mlops-constructs/client-of-serving-delay': 'true' } },
  };
  const tcp = (port: string) => [{ port, protocol: 'TCP' }];
  const dns = { to: [inNamespace('kube-system')], ports: [{ port: '53', protocol: 'UDP' }, ...tcp('53')] };
  const registry = {
    to: [{ ...inNamespace('acme'), pod_selector: { match_labels: { 'app.kubernetes.io/name': 'registry' } } }],
    ports: tcp('5000'),
  };
  const routed = made({ endpoints: { delay: canaryOf(10) } });
  const proxies = inNamespace('envoy-gateway-system');
  for (const track of ['Champion', 'Canary'])
    expect(policy(routed, track)).toMatchObject({
      ingress: [
        { from: [callers, inNamespace('monitoring'), proxies], ports: tcp('8080') },
        { from: [callers, proxies], ports: tcp('8081') },
      ],
      egress: [dns, registry],
    });
  const inside = policy(made({ log: 'on', endpoints: { delay } }));
  expect(inside.ingress).toEqual([
    { from: [callers, inNamespace('monitoring')], ports: tcp('8080') },
    { from: [callers], ports: tcp('8081') },
  ]);
  expect(inside.egress).toEqual([
    dns,
    registry,
    { to: [{ ip_block: { cidr: '0.0.0.0/0' } }, { ip_block: { cidr: '::/0' } }], ports: tcp('443') },
  ]);
  const { metadata } = ofServing(routed)['kubernetes_deployment_v1.Serving_delay_Champion'].spec.template;
  expect(metadata.labels).toMatchObject({ 'mlops-constructs/client-of-registry': 'true' });
});

test('the Service has both ports, and says that the second speaks HTTP/2', () => {
  const { spec } = ofServing(made({ endpoints: { delay } }))['kubernetes_service_v1.Serving_delay_Champion_Service'];
  expect(spec).toEqual({
    selector: { 'app.kubernetes.io/name': 'serving-delay' },
    port: [
      { name: 'http', port: 8080, target_port: 'http' },
      { name: 'grpc', port: 8081, target_port: 'grpc', app_protocol: 'kubernetes.io/h2c' },
    ],
  });
});
