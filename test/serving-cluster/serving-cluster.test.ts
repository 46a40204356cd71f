import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  type EndpointProps,
  type PlatformApp,
  type Preset,
  Registry,
  readPreset,
  ServingCluster,
} from '../../lib/index';
import { readConfig } from '../../services/kit/config';
import { modelServerContract } from '../../services/model-server/contract';
import { BaseStack, Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, type Synthesized, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

// biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
type Json = any;
type Serving = NonNullable<Preset['serving']>;
type Endpoint = NonNullable<Serving['endpoints']>[string];

const champion = 'models:/flight-delay@champion';
const challenger = 'models:/flight-delay@challenger';
const delay: Endpoint & EndpointProps = { model: champion, need: { memory: '2 GiB' } };
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
const notesOf = ({ outdir }: Synthesized): string[] =>
  JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8')).notes.map(({ text }: { text: string }) => text);
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
    { name: 'cache', empty_dir: { size_limit: '4096Mi' } },
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

test('the process reads what the construct writes', () => {
  const options: Endpoint = {
    ...delay,
    threads: 4,
    batching: { size: 32, window: '5 milliseconds' },
    queue: 64,
    requestTimeout: '500 milliseconds',
    maxRequest: '8 MiB',
    maxModel: '512 MiB',
    sample: 0.1,
  };
  const env = variables(containerOf(made({ endpoints: { delay: options } }), 'Champion'));
  expect(readConfig(modelServerContract, env)).toMatchObject({
    MODEL_URI: champion,
    MODEL_NAME: 'flight-delay',
    CACHE_DIR: '/cache',
    INTRA_OP_THREADS: 4,
    BATCH_MAX_SIZE: 32,
    BATCH_WINDOW_MS: 5,
    QUEUE_SIZE: 64,
    REQUEST_TIMEOUT_MS: 500,
    MAX_REQUEST_MIB: 8,
    MAX_MODEL_MIB: 512,
    LOG_SAMPLE: 0.1,
    mlflow: { trackingUri: 'http://registry.acme.svc:5000' },
    inferenceLog: { bucket: undefined },
    auth: { mode: 'none' },
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
  const proto = readFileSync('services/model-server/grpc/inference.proto', 'utf8');
  const calls = [...proto.matchAll(/rpc (\w+)/g)].map(([, call]) => `inference.GRPCInferenceService/${call}`);
  const inside = calls.filter((call) => /Repository/.test(call));
  expect(inside).toHaveLength(3);
  expect(methods.sort()).toEqual([...calls.filter((call) => !inside.includes(call)), 'grpc.health.v1.Health/'].sort());
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

test('tokens are made once in one place, are files in the pods, and callers send theirs from their namespace', () => {
  const from = made({ auth: {}, endpoints: { delay: canaryOf(10) } }, {}, ({ training, serving }) => {
    const endpoint = serving?.addEndpoint('other', delay);
    training?.addJob('score', { image: 'score:1', uses: { other: endpoint?.client() as never } });
  });
  const resources = ofServing(from);
  expect(resources['kubernetes_secret_v1.Serving_Tokens']).toMatchObject({
    metadata: { name: 'serving-tokens', namespace: 'acme' },
    data_wo: { tokens: expect.stringMatching(/^\$\{ephemeral\.random_password\.Serving_Tokens_[0-9A-F]+\.result\}$/) },
    data_wo_revision: 1,
  });
  for (const track of ['Champion', 'Canary'] as const) {
    const container = containerOf(from, track);
    expect(variables(container)).toMatchObject({
      AUTH_MODE: 'required',
      AUTH_TOKENS_FILE: '/run/secrets/auth/tokens',
    });
    expect(container.env.filter(({ value_from }: Json) => value_from)).toEqual([]);
  }
  const [job] = Object.values<Json>(from.resources('acme-platform').kubernetes_cron_job_v1 as Json);
  const { metadata, spec } = job.spec.job_template.spec.template;
  expect(spec.container[0].env).toEqual([
    { name: 'MLFLOW_TRACKING_URI', value: 'http://registry.acme.svc:5000' },
    { name: 'OTHER_URL', value: 'http://serving-other.acme.svc:8080' },
    { name: 'OTHER_MODEL', value: 'flight-delay' },
    { name: 'OTHER_TOKEN', value_from: { secret_key_ref: { name: 'serving-token', key: 'token' } } },
  ]);
  expect(metadata.labels).toMatchObject({ 'mlops-constructs/client-of-serving-other': 'true' });
  expect(notesOf(from)).toContain(
    "workloads that use an endpoint send the token in Secret 'serving-token', key 'token', of their own namespace (jobs: 'acme-jobs'): you make it once, and their pods do not start before it is there",
  );
});

test('tokens that are brought are used where they lie, and a registry that asks for one is answered from a file', () => {
  const tokens = { secretName: 'mine', key: 'serving' };
  const from = made({ auth: { tokens }, endpoints: { delay } }, { registry: { mode: 'on', auth: {} } });
  expect(ofServing(from)['kubernetes_secret_v1.Serving_Tokens']).toBeUndefined();
  expect(variables(containerOf(from, 'Champion'))).toMatchObject({
    MLFLOW_TRACKING_TOKEN_FILE: '/run/secrets/mlflow/trackingToken',
  });
  const { spec } = ofServing(from)['kubernetes_deployment_v1.Serving_delay_Champion'];
  const secrets = JSON.stringify(spec.template.spec.volume);
  expect(secrets).toContain('{"items":[{"key":"serving","path":"tokens"}],"name":"mine"}');
  expect(secrets).toContain('{"items":[{"key":"token","path":"trackingToken"}],"name":"registry-token"}');
  expect(notesOf(from)).toContain(
    "model servers send the registry's token: its Secret must be in namespace 'acme', too, before an endpoint starts",
  );
});

test('a workload asks over gRPC on that port only', () => {
  const links: Json[] = [];
  made({}, {}, ({ serving }) => {
    const endpoint = serving?.addEndpoint('delay', { model: 'models:/flight-delay/3', need: { memory: '1 GiB' } });
    links.push(endpoint?.client(), endpoint?.client('grpc'));
  });
  expect(links.map(({ values, destination, offers }) => ({ values, port: destination.port, offers }))).toEqual([
    { values: { url: 'http://serving-delay.acme.svc:8080', model: 'flight-delay' }, port: 8080, offers: [] },
    { values: { url: 'serving-delay.acme.svc:8081', model: 'flight-delay' }, port: 8081, offers: [] },
  ]);
});

test('apply does not wait for a model, unless it is told to; an autoscaler scales both tracks', () => {
  const autoscaling = { max: 6, cpuPercent: 70 };
  const waits = made({ endpoints: { delay: { ...canaryOf(10), autoscaling, rolloutTimeout: '3 minutes' } } });
  const deployment = (from: Synthesized) => ofServing(from)['kubernetes_deployment_v1.Serving_delay_Champion'];
  expect(deployment(made({ endpoints: { delay } }))).toMatchObject({ wait_for_rollout: false });
  expect(deployment(waits)).toMatchObject({
    spec: { progress_deadline_seconds: 180 },
    timeouts: { create: '180s', update: '180s' },
    lifecycle: { ignore_changes: ['spec[0].replicas'] },
  });
  expect(deployment(waits).wait_for_rollout).toBeUndefined();
  const limits = ['Champion', 'Canary'].map((track) => {
    const { spec } = ofServing(waits)[
      `kubernetes_horizontal_pod_autoscaler_v2.Serving_delay_${track}_Autoscaler`
    ] as Json;
    return [spec.min_replicas, spec.max_replicas];
  });
  expect(limits).toEqual([
    [2, 6],
    [1, 6],
  ]);
});

test('a preset may be JSON, endpoints and all', () => {
  const file = join(newFolder(), '..', 'acme.json');
  const { name, images, target, operators } = withServing({});
  const serving = { endpoints: { delay: canaryOf(10) }, log: 'on' };
  writeFileSync(file, JSON.stringify({ extends: 'reasonable', name, images, target, operators, serving }));
  const [json, typed] = [readPreset(file), withServing({ endpoints: { delay: canaryOf(10) }, log: 'on' })].map((one) =>
    ofServing(synthesized((app) => new Platform(app, one))),
  );
  expect(json).toEqual(typed);
  expect(Object.keys(json ?? {})).toHaveLength(10);
});

test('models of an MLflow that runs elsewhere, with its token as a file', () => {
  const from = synthesized((app) => {
    const { target } = new Platform(app, withServing({}, { registry: { mode: 'off' }, serving: { mode: 'off' } }));
    const stack = new BaseStack(app, 'more');
    const token = { secretName: 'mlflow', key: 'token' };
    const registry = Registry.fromUrl(stack, 'Mlflow', { url: 'https://mlflow.example.com', token });
    const { cluster } = target;
    const serving = new ServingCluster(stack, 'Serving', { cluster, platform: 'acme', image: 'server:1', registry });
    serving.addEndpoint('delay', delay);
  });
  const [{ spec }] = Object.values<Json>(from.resources('more').kubernetes_deployment_v1 as Json);
  expect(variables(spec.template.spec.container[0])).toMatchObject({
    MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
    MLFLOW_TRACKING_TOKEN_FILE: '/run/secrets/mlflow/trackingToken',
  });
  const [policy] = Object.values<Json>(from.resources('more').kubernetes_network_policy_v1 as Json);
  expect(policy.spec.egress[1]).toEqual({
    to: [{ ip_block: { cidr: '0.0.0.0/0' } }, { ip_block: { cidr: '::/0' } }],
    ports: [{ port: '443', protocol: 'TCP' }],
  });
});

test('with a bucket and a gateway in the cluster: the log by the key of the namespace, the certificate with its names', () => {
  const from = made(
    { log: 'on', endpoints: { delay: canaryOf(10) } },
    {
      target: {
        ...preset.target,
        postgres: { install: 'cloudnative-pg', storage: '20 GiB' },
        objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB' },
      },
      operators: { ...preset.operators, gateway: { mode: 'install', access: { privateFrom: ['10.0.0.0/8'] } } },
    },
  );
  const { spec } = ofServing(from)['kubernetes_deployment_v1.Serving_delay_Champion'];
  expect(JSON.stringify(spec.template.spec.volume)).toContain(
    '{"items":[{"key":"secretAccessKey","path":"secretAccessKey"}],"name":"s3-default"}',
  );
  expect(spec.template.metadata.labels).toMatchObject({ 'mlops-constructs/client-of-seaweedfs': 'true' });
  const secrets = Object.values<Json>(from.resources('acme-data').kubernetes_secret_v1 as Json).map(
    ({ metadata: { namespace, name } }) => `${namespace}/${name}`,
  );
  expect(secrets).toContain('acme/s3-default');
  const certificates = Object.values<Json>(from.resources('acme-operators').helm_release as Json)
    .flatMap(({ values = [] }) => parse(values[0] ?? '{}').manifests ?? [])
    .flatMap(({ kind, spec }) => (kind === 'Certificate' && spec.dnsNames ? [spec.dnsNames] : []));
  expect(certificates).toContainEqual(['delay.example.com', 'delay-grpc.example.com']);
});

describe('on AWS', () => {
  const changes: Partial<Preset> = {
    target: awsTarget,
    operators: {
      kueue: { mode: 'install' },
      gateway: { mode: 'install', access: { publicFrom: ['203.0.113.0/24'] } },
      prometheus: { mode: 'off' },
    },
  };
  const from = made({ log: 'on', endpoints: { delay: canaryOf(10) }, hostnames: ['other.example.com'] }, changes);
  const resources = ofServing(from);

  test('both tracks are one role, which may write below the prefix of the log, and nothing else', () => {
    const policies = Object.entries(resources).filter(([address]) => address.startsWith('aws_iam_role_policy.'));
    expect(policies.map(([address]) => address)).toEqual(['aws_iam_role_policy.Serving_delay_Identity_Policy']);
    const { Statement } = JSON.parse(policies[0]?.[1].policy);
    expect(Statement.map(({ Action, Resource, Condition }: Json) => ({ Action, Resource, Condition }))).toEqual([
      {
        Action: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: ['arn:aws:s3:::acme-models-111122223333/inference-log/delay/*'],
      },
      {
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::acme-models-111122223333'],
        Condition: { StringLikeIfExists: { 's3:prefix': ['inference-log/delay/*'] } },
      },
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [expect.stringContaining('DataKey')] },
    ]);
    expect(resources['aws_iam_role.Serving_delay_Identity'].name).toBe('acme.serving-delay');
  });

  test('servers run on the CPU pool, and the certificate holds every host name', () => {
    const pod = resources['kubernetes_deployment_v1.Serving_delay_Champion'].spec.template.spec;
    expect(pod.node_selector).toEqual({ 'mlops-constructs/pool': 'system' });
    const [certificate] = Object.values<Json>(from.resources('acme-operators').helm_release as Json)
      .flatMap(({ values = [] }) => parse(values[0] ?? '{}').manifests ?? [])
      .filter(({ kind, spec }) => kind === 'Certificate' && spec.dnsNames?.includes('delay.example.com'));
    expect(certificate.spec.dnsNames).toEqual(['delay.example.com', 'delay-grpc.example.com', 'other.example.com']);
    expect(notesOf(from)).toContain(
      "DNS: point 'delay.example.com' (CNAME or alias) at the output gateway_address of acme-foundation",
    );
    expect(from.addresses.filter((address) => address.includes('Images-model-server'))).toHaveLength(2);
  });

  test('a model that no node of the smallest type can hold twice', () => {
    const need = { memory: '8 GiB' } as const;
    expect(
      problemsOf((app) => new Platform(app, withServing({ endpoints: { delay: { ...canaryOf(10), need } } }, changes))),
    ).toEqual([
      "a pod of endpoint 'delay' may take 16.5 GiB, two versions with a batch each, more than a node of pool 'system' has, got 13.2 GiB; add a pool with larger nodes, or lower need.memory (acme-platform/Serving/delay)",
    ]);
  });
});
