import { resolve } from 'node:path';
import {
  awsLoadBalancerController,
  certManager,
  clusterAutoscaler,
  envoyGateway,
  externalSecret,
  externalSecrets,
  gatewayCertificate,
  gatewayManifests,
  gpuOperator,
  kueue,
  metricsServer,
  type OperatorOptions,
  type OperatorSpec,
  secretsManagerStore,
} from '../../lib/operators/index';
import { endpointManifests } from '../../lib/serving-cluster/routes';

export const upstream = resolve(__dirname, '../../../shared/upstream');

const tolerations = [
  { key: 'mlops-constructs/pool', operator: 'Equal', value: 'system', effect: 'NoSchedule' },
] as const;
const everything: OperatorOptions = {
  pool: { nodeSelector: { 'mlops-constructs/pool': 'system' }, tolerations },
  monitoring: { labels: { release: 'prometheus' } },
};
const aws = { clusterName: 'acme', region: 'eu-central-1', vpcId: 'vpc-1' };

const variants = (options: OperatorOptions): readonly OperatorSpec[] => [
  awsLoadBalancerController({ ...aws, ...options }),
  certManager(options),
  clusterAutoscaler({ ...aws, ...options }),
  envoyGateway({ pool: options.pool }),
  externalSecrets(options),
  gpuOperator(options),
  kueue({ ...options, frameworks: ['batch/job', 'ray.io/rayjob'], replicas: 2 }),
  metricsServer(options),
];

/** Every operator with nothing said. */
export const plain = variants({});

/** Every operator with nothing said, and with every option: between them they set every value that we ever set. */
export const specs: readonly OperatorSpec[] = [
  ...plain,
  ...variants(everything),
  gpuOperator({
    mig: 'mixed',
    timeSlicing: [{ pods: 4, resourceName: 'nvidia.com/gpu' }],
    gpuTolerations: tolerations,
  }),
  certManager({ gatewayApi: true }),
];

const gateway = { name: 'acme', platform: 'acme' };
const certificate = { name: 'acme', secretName: 'acme-tls', hostnames: ['registry.example.com'] };

/** Every custom resource that we write for them, at every option. */
export const manifests = [
  secretsManagerStore({ name: 'acme', region: 'eu-central-1', namespaces: ['acme', 'acme-jobs'] }),
  externalSecret({
    name: 'postgres-registry',
    namespace: 'acme',
    store: 'acme',
    data: { password: { secret: 'acme/registry', property: 'password' }, all: { secret: 'acme/registry' } },
  }),
  ...gatewayManifests(gateway),
  ...gatewayManifests({
    ...gateway,
    service: 'ClusterIP',
    tlsSecret: 'tls',
    replicas: 3,
    pool: everything.pool,
    drainSeconds: 90,
  }),
  ...gatewayCertificate({ ...certificate, tls: 'own-ca' }),
  ...gatewayCertificate({ ...certificate, tls: { acme: { email: 'ml@example.com' } } }),
  ...endpointManifests(
    'delay',
    'acme',
    {
      model: 'models:/flight-delay@champion',
      need: { memory: '1 GiB' },
      canary: { model: 'models:/flight-delay@challenger', weight: 10 },
      hostname: 'delay.example.com',
      grpcHostname: 'delay-grpc.example.com',
      requestTimeout: '500 milliseconds',
    },
    { gateway: { name: 'public', namespace: 'gateways' }, monitoring: { namespace: 'monitoring' } },
  ),
];
