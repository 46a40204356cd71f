import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

/** The plugin must be in the operator's namespace. */
const namespace = 'cnpg-system';

/** Postgres servers as custom resources. Its definitions stay when it is removed: with them would go every database. */
export const cloudNativePg = (options: OperatorOptions = {}): OperatorSpec => ({
  chart: {
    name: 'cloudnative-pg',
    version: '0.29.0',
    repository: 'https://cloudnative-pg.github.io/charts',
    namespace,
    // its templates carry helm.sh/resource-policy: keep
    definitions: 'templates',
    groups: ['postgresql.cnpg.io'],
    values: mergeValues(
      {
        priorityClassName: 'system-cluster-critical',
        resources: resources('100m', '256Mi'),
        ...placement(options),
        ...(options.monitoring
          ? { monitoring: { podMonitorEnabled: true, podMonitorAdditionalLabels: options.monitoring.labels ?? {} } }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0',
      values: ['image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // webhook, metrics, and the plugin beside it; out to the instances' status at 8000 and to the plugin
  network: { ingress: [9443, 8080, 9090], egress: [...apiServer, 8000, 9090] },
});

/**
 * Backups of CloudNativePG to an object store. Operator and plugin speak TLS by certificates of cert-manager, which must
 * be there. Its metrics are part of the instances' own.
 */
export const barmanCloud = (options: Omit<OperatorOptions, 'monitoring'> = {}): OperatorSpec => ({
  chart: {
    name: 'plugin-barman-cloud',
    version: '0.7.0',
    repository: 'https://cloudnative-pg.github.io/charts',
    namespace,
    definitions: 'templates',
    groups: ['barmancloud.cnpg.io'],
    values: mergeValues({ resources: resources('50m', '128Mi'), ...placement(options) }, options.values),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.13.0',
      values: ['image.registry'],
      takes: 'host',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
    {
      image: 'ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.13.0',
      values: ['sidecarImage.registry'],
      takes: 'host',
      startedBy: 'controller',
      // Barman is in it
      licence: 'Apache-2.0 AND GPL-3.0-or-later',
    },
  ],
  // those of the operator's namespace
  network: { ingress: [9090], egress: apiServer },
});
