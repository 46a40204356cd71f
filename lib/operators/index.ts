export {
  type AwsLoadBalancerControllerOptions,
  awsLoadBalancerController,
  readyWithTarget,
  type TargetGroupBindingProps,
  targetGroupBinding,
} from './aws-load-balancer-controller';
export { type CertManagerOptions, certManager } from './cert-manager';
export { type GatewayCertificateProps, gatewayCertificate, ownCaSecret } from './certificates';
export { barmanCloud, cloudNativePg } from './cloudnative-pg';
export { type ClusterAutoscalerOptions, clusterAutoscaler } from './cluster-autoscaler';
export { type EnvoyGatewayOptions, envoyGateway } from './envoy-gateway';
export {
  type ExternalSecretProps,
  type ExternalSecretsOptions,
  externalSecret,
  externalSecrets,
  type SecretStoreProps,
  type StoredValue,
  secretsManagerStore,
} from './external-secrets';
export { type GatewayProps, gatewayManifests, installedGateway } from './gateway';
export { type GpuOperatorOptions, gpuOperator, type TimeSlicing } from './gpu-operator';
export { fromRegistry } from './image-registry';
export { type KueueFramework, type KueueOptions, kueue } from './kueue';
export { type MetricsServerOptions, metricsServer } from './metrics-server';
export { Operator, type OperatorProps } from './operator';
export { type BackupStoreProps, backupStore, scheduledBackup } from './postgres-backups';
export {
  type DatabaseProps,
  type PostgresClusterProps,
  postgresCluster,
  postgresDatabase,
  postgresPodMonitor,
} from './postgres-cluster';
export { type SeaweedfsOptions, seaweedfs } from './seaweedfs';
export type {
  Monitoring,
  OperatorImage,
  OperatorNetwork,
  OperatorOptions,
  OperatorSpec,
} from './spec';
