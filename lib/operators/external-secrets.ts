import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

export interface ExternalSecretsOptions extends OperatorOptions {
  /**
   * Of the controller and of the webhook each.
   * @default 2
   */
  readonly replicas?: number | undefined;
}

const serviceAccount = 'external-secrets';

/**
 * Copies secrets from a cloud's store into Secrets. Its definitions stay when it is removed: with them would go every
 * ExternalSecret, and with each of these the Secret that pods have mounted.
 */
export const externalSecrets = (options: ExternalSecretsOptions = {}): OperatorSpec => ({
  chart: {
    name: 'external-secrets',
    version: '2.9.0',
    repository: 'https://charts.external-secrets.io',
    namespace: 'external-secrets',
    definitions: 'templates',
    groups: ['external-secrets.io', 'generators.external-secrets.io'],
    values: mergeValues(
      {
        installCRDs: true,
        crds: {
          annotations: { 'helm.sh/resource-policy': 'keep' },
          ...off(['ClusterExternalSecret', ...pushing], 'create'),
        },
        // it only ever reads the store: nothing in the cluster may write there through it
        ...off(['ClusterExternalSecret', ...pushing], 'process'),
        replicaCount: options.replicas ?? 2,
        leaderElect: true,
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        serviceAccount: { name: serviceAccount },
        priorityClassName: 'system-cluster-critical',
        resources: resources('50m', '256Mi'),
        ...placement(options),
        webhook: {
          replicaCount: options.replicas ?? 2,
          podDisruptionBudget: { enabled: true, minAvailable: 1 },
          priorityClassName: 'system-cluster-critical',
          resources: resources('25m', '128Mi'),
          ...placement(options),
        },
        certController: { resources: resources('25m', '256Mi'), ...placement(options) },
        ...(options.monitoring
          ? {
              serviceMonitor: {
                enabled: true,
                // the chart's default leaves it out in silence where Prometheus is not yet there
                renderMode: 'failIfMissing',
                additionalLabels: options.monitoring.labels ?? {},
              },
            }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'ghcr.io/external-secrets/external-secrets:v2.9.0',
      values: ['image.repository', 'webhook.image.repository', 'certController.image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // webhook and metrics in; the store out, and credentials of Pod Identity from 169.254.170.23:80
  network: { ingress: [10250, 8080], egress: [...apiServer, 80] },
  serviceAccount,
});

const pushing = ['PushSecret', 'ClusterPushSecret'];
const off = (kinds: readonly string[], verb: 'create' | 'process') =>
  Object.fromEntries(kinds.map((kind) => [`${verb}${kind}`, false]));

const apiVersion = 'external-secrets.io/v1';

export interface SecretStoreProps {
  readonly name: string;
  readonly region: string;
  /** The namespaces whose ExternalSecrets may read it; what they may read is the role's business. */
  readonly namespaces: readonly string[];
}

/** AWS Secrets Manager, entered by the operator's own service account through Pod Identity: no key is kept anywhere. */
export const secretsManagerStore = ({ name, region, namespaces }: SecretStoreProps) => ({
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name },
  spec: {
    provider: { aws: { service: 'SecretsManager', region } },
    conditions: [{ namespaces: [...namespaces] }],
  },
});

/** One value of the store. */
export interface StoredValue {
  /** A secret of the store, by name or ARN. */
  readonly secret: string;
  /**
   * A field of its JSON.
   * @default - the whole secret
   */
  readonly property?: string | undefined;
}

export interface ExternalSecretProps {
  /** Of the ExternalSecret, and of the Secret that it makes. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the ClusterSecretStore. */
  readonly store: string;
  /** What the keys of the Secret are made of. */
  readonly data: Readonly<Record<string, StoredValue>>;
  /**
   * How long a rotated value may take to arrive, as Go writes durations.
   * @default '5m'
   */
  readonly refreshInterval?: string | undefined;
}

/** One Secret made from values of the store; it stays as it is while the store has nothing to offer. */
export const externalSecret = ({ name, namespace, store, data, refreshInterval = '5m' }: ExternalSecretProps) => ({
  apiVersion,
  kind: 'ExternalSecret',
  metadata: { name, namespace },
  spec: {
    refreshInterval,
    secretStoreRef: { kind: 'ClusterSecretStore', name: store },
    target: { name, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    data: Object.entries(data).map(([secretKey, { secret, property }]) => ({
      secretKey,
      remoteRef: { key: secret, ...(property === undefined ? {} : { property }) },
    })),
  },
});
