export type { ExistingPool } from '../core/existing-pool';
export type { ChartMirror } from './chart';
export { Cluster, type KubeconfigClusterProps } from './cluster';
export { DatabaseBootstrap, type DatabaseBootstrapProps } from './database-bootstrap';
export { type AccessKey, ObjectStore, type ObjectStoreEndpointProps } from './object-store';
export { Postgres, type PostgresEndpoint, type PostgresEndpointProps } from './postgres';
export { KubernetesTarget, type KubernetesTargetProps } from './target';
