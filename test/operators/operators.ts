import { resolve } from 'node:path';
import {
  awsLoadBalancerController,
  backupStore,
  barmanCloud,
  certManager,
  cloudNativePg,
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
  postgresCluster,
  postgresDatabase,
  postgresPodMonitor,
  scheduledBackup,
  seaweedfs,
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
  cloudNativePg(options),
  barmanCloud({ pool: options.pool }),
  envoyGateway({ pool: options.pool }),
  externalSecrets(options),
  gpuOperator(options),
  kueue({ ...options, frameworks: ['batch/job', 'ray.io/rayjob'], replicas: 2 }),
  metricsServer(options),
  seaweedfs({
    namespace: 'acme',
    storage: '100Gi',
    metadataStorage: '10Gi',
    volumeServers: 1,
    configSecret: 'seaweedfs-config',
    pool: options.pool ?? { nodeSelector: {}, tolerations: [] },
    monitoring: options.monitoring,
    ...(options.pool ? { storageClass: 'fast', imagePullSecret: 'registry' } : {}),
  }),
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
  gpuOperator({ driver: 'operator' }),
  certManager({ gatewayApi: true }),
];

const gateway = { name: 'acme', platform: 'acme' };
const certificate = { name: 'acme', secretName: 'acme-tls', hostnames: ['registry.example.com'] };

const namespace = 'acme';
const postgres = {
  name: 'database',
  namespace,
  image: 'postgresql:18',
  instances: 1,
  storage: '20480Mi',
  resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { cpu: '2', memory: '2Gi' } },
  pool: { nodeSelector: {}, tolerations: [] },
  keep: false,
};
const database = {
  namespace,
  cluster: 'database',
  name: 'registry',
  database: 'acme_registry',
  passwordSecret: 'postgres-registry',
};
const s3 = {
  name: 'database-backup',
  namespace,
  bucket: 'acme-ml',
  prefix: 'postgres-backup',
  region: 'us-east-1',
  accessKeyId: { secretName: 's3', key: 'id' },
  secretAccessKey: { secretName: 's3', key: 'secret' },
  days: 7,
};

/** Postgres in the cluster, with nothing said and with everything. */
const postgresManifests = [
  postgresCluster(postgres),
  postgresCluster({
    ...postgres,
    instances: 3,
    storageClass: 'fast',
    parameters: { shared_buffers: '512MB' },
    pool: { nodeSelector: { 'mlops-constructs/pool': 'system' }, tolerations },
    imagePullSecrets: ['registry'],
    backupStore: 'database-backup',
    keep: true,
  }),
  ...postgresDatabase({ ...database, keep: false }),
  ...postgresDatabase({ ...database, keep: true }),
  scheduledBackup({ name: 'database-backup', namespace, cluster: 'database', schedule: '0 0 2 * * *' }),
  postgresPodMonitor('database', namespace),
  postgresPodMonitor('database', namespace, { release: 'prometheus' }),
];

/** Of a definition that is not among those from upstream. */
export const backupStores = [
  backupStore(s3),
  backupStore({ ...s3, endpoint: 'https://s3.example.com', ca: { secretName: 'ca', key: 'ca.crt' } }),
];

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
    imageRegistry: 'registry.example.com/mirror',
  }),
  ...gatewayManifests({ ...gateway, service: 'LoadBalancer', sourceRanges: ['10.0.0.0/8'], tlsSecret: 'tls' }),
  ...postgresManifests,
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
