import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry, readPreset, ServingCluster } from '../../lib/index';
import { readConfig } from '../../services/kit/config';
import { modelServerContract } from '../../services/model-server/contract';
import { BaseStack, Platform } from '../../stacks/index';
import { newFolder, preset, type Synthesized, synthesized } from '../harness/synth';
import {
  canaryOf,
  challenger,
  champion,
  containerOf,
  delay,
  type Endpoint,
  type Json,
  made,
  ofServing,
  variables,
  withServing,
} from './serving';

const options = {
  threads: 4,
  batching: { size: 32, window: '5 milliseconds' },
  queue: 64,
  requestTimeout: '500 milliseconds',
  maxRequest: '8 MiB',
  maxHeld: '96 MiB',
  maxModel: '512 MiB',
  sample: 0.1,
} satisfies Partial<Endpoint>;

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
          ...options,
          modelName: 'delay',
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
    MAX_HELD_MIB: '96',
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
  const env = variables(containerOf(made({ endpoints: { delay: { ...delay, ...options } } }), 'Champion'));
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
    MAX_HELD_MIB: 96,
    MAX_MODEL_MIB: 512,
    LOG_SAMPLE: 0.1,
    mlflow: { trackingUri: 'http://registry.acme.svc:5000' },
    inferenceLog: { bucket: undefined },
    auth: { mode: 'none' },
  });
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
