import type { Construct, IConstruct } from 'constructs';
import type { GatewayNeed } from '../core/gateway';
import type { Installs, PlatformNeeds } from '../core/target';
import { certManager } from '../operators/cert-manager';
import { gatewayCertificate } from '../operators/certificates';
import { barmanCloud, cloudNativePg } from '../operators/cloudnative-pg';
import { envoyGateway } from '../operators/envoy-gateway';
import { gatewayManifests, installedGateway } from '../operators/gateway';
import { gpuOperator } from '../operators/gpu-operator';
import { fromRegistry } from '../operators/image-registry';
import { kueue } from '../operators/kueue';
import { metricsServer } from '../operators/metrics-server';
import { Operator } from '../operators/operator';
import type { OperatorSpec } from '../operators/spec';
import type { KubernetesTargetSpec } from '../presets/kubernetes-target-schema';
import type { Cluster } from './cluster';
import { sharingOf } from './gpu-sharing';

/** What a target says of the operators that are its own matter. */
export type TargetOperators = NonNullable<KubernetesTargetSpec['operators']>;

/** Which operators are installed here; the others exist, or nobody needs them. */
export interface Wanted extends Installs {
  readonly certManager: boolean;
  readonly metricsServer: boolean;
  readonly gpuOperator: boolean;
  readonly cloudNativePg: boolean;
  /** The plugin that makes backups; it goes with its operator. */
  readonly barmanCloud: boolean;
}

/** Nothing is installed that nobody asked for. */
export function wanted(
  installs: Installs,
  operators: TargetOperators,
  postgres: { inCluster: boolean; backup: boolean },
) {
  // whoever asks for the server asks for its operator, unless it is there
  const cloudNativePg = postgres.inCluster && (operators.cloudNativePg?.mode ?? 'install') === 'install';
  return {
    ...installs,
    certManager: operators.certManager?.mode === 'install',
    metricsServer: operators.metricsServer?.mode === 'install',
    gpuOperator: operators.gpuOperator?.mode === 'install',
    cloudNativePg,
    barmanCloud: cloudNativePg && postgres.backup,
  } satisfies Wanted;
}

/** True when something of it needs the stack of operators. */
export const anyOf = (all: Wanted): boolean => Object.values(all).some((one) => one !== false && one !== undefined);

export interface OperatorsProps {
  readonly platform: string;
  readonly cluster: Cluster;
  readonly wanted: Wanted;
  readonly target: KubernetesTargetSpec;
  readonly monitoring: PlatformNeeds['monitoring'];
}

type Install = (id: string, operator: OperatorSpec, startsAfter?: readonly IConstruct[]) => Operator;

/** Controllers that bring definitions, each in a namespace of its own. */
export function addOperators(scope: Construct, props: OperatorsProps): void {
  const { platform, cluster, wanted, target, monitoring } = props;
  const install: Install = (id, operator, startsAfter) =>
    new Operator(scope, id, {
      cluster,
      platform,
      operator: fromRegistry(operator, target.imageRegistry),
      startsAfter,
    });
  const pool = cluster.pool({ purpose: 'services' });
  const options = { pool, monitoring };
  if (wanted.metricsServer) install('MetricsServer', metricsServer(options));
  if (wanted.kueue) install('Kueue', kueue(options));
  const gateway = wanted.gateway && install('Gateway', envoyGateway({ pool }));
  const gatewayApi = wanted.gateway?.tls !== undefined && wanted.gateway.tls !== 'own-ca';
  const certificates = wanted.certManager
    ? install('CertManager', certManager({ ...options, gatewayApi }), gateway ? [gateway.chart] : [])
    : undefined;
  if (wanted.gateway && gateway) addGateway(gateway, certificates, { ...props, gateway: wanted.gateway });
  if (wanted.cloudNativePg) addCloudNativePg(install, certificates, props);
  if (wanted.gpuOperator) {
    const { driver } = target.operators?.gpuOperator ?? {};
    install('GpuOperator', gpuOperator({ ...options, ...sharingOf(target.pools), driver }));
  }
}

function addGateway(
  operator: Operator,
  certificates: Operator | undefined,
  { platform, cluster, gateway, target: { imageRegistry } }: OperatorsProps & { readonly gateway: GatewayNeed },
): void {
  const { access, tls = 'own-ca', hostnames } = gateway;
  const { name } = installedGateway(platform);
  const secretName = `${name}-tls`;
  const pool = cluster.pool({ purpose: 'services' });
  const sourceRanges =
    access === 'private' ? undefined : 'publicFrom' in access ? access.publicFrom : access.privateFrom;
  const service = access === 'private' ? 'ClusterIP' : 'LoadBalancer';
  operator.addManifests('Objects', 'gateway', [
    ...gatewayManifests({ name, platform, service, sourceRanges, tlsSecret: secretName, pool, imageRegistry }),
  ]);
  // whoever understands them: ours, or the cert-manager that is there
  (certificates ?? operator).addManifests('Certificate', 'gateway-certificate', [
    ...gatewayCertificate({ name, secretName, hostnames, tls }),
  ]);
}

function addCloudNativePg(install: Install, certificates: Operator | undefined, props: OperatorsProps): void {
  const { cluster, wanted, target, monitoring } = props;
  const pool = cluster.pool({ purpose: 'services' });
  const operator = install('CloudNativePg', cloudNativePg({ pool, monitoring }));
  if (!wanted.barmanCloud) return;
  const plugin = fromRegistry(barmanCloud({ pool }), target.imageRegistry);
  operator.addPlugin('BarmanCloud', plugin, certificates ? [certificates.chart] : []);
}
