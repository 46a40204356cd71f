import type { Construct } from 'constructs';
import { names } from '../core/names';
import type { PlatformNeeds } from '../core/target';
import { clusterAutoscaler } from '../operators/cluster-autoscaler';
import { externalSecrets, secretsManagerStore } from '../operators/external-secrets';
import { gpuOperator } from '../operators/gpu-operator';
import { kueue } from '../operators/kueue';
import { metricsServer } from '../operators/metrics-server';
import { accountId } from './account';
import type { EksByName } from './eks/by-name';
import { sharingOfPools } from './gpu-sharing';
import { installInto } from './install';
import { EncryptionKey } from './kms/encryption-key';
import { addGateway } from './load-balancer/gateway';
import { awsNames } from './names';
import { planPools } from './nodes/plan';
import { addAwsProvider } from './provider';
import type { AwsPlace } from './target-spec';

/** Name of the ClusterSecretStore from which Secrets of a platform are made. */
export const secretStore = (platform: string) => `${platform}-secrets-manager`;

/** Controllers that bring definitions, storage classes, and the platform's own namespaces. */
export function addOperators(
  scope: Construct,
  place: AwsPlace,
  cluster: EksByName,
  { namespaces, installs }: PlatformNeeds,
): void {
  const { platform, region } = place;
  addAwsProvider(scope, region, platform);
  for (const { id, ...spec } of namespaces) cluster.addNamespace(scope, id, spec);
  const volumes = EncryptionKey.fromName(scope, 'VolumesKey', { platform, name: 'volumes' });
  cluster.addStorageClasses(scope, 'StorageClasses', volumes.keyArn);

  const install = installInto(scope, platform, cluster, place.imageRegistry);
  const pool = cluster.pool({ purpose: 'services' });
  const { clusterName } = cluster;
  install('MetricsServer', metricsServer({ pool }));
  install('ClusterAutoscaler', clusterAutoscaler({ pool, clusterName, region }), {
    grants: autoscalerGrants(scope, region, clusterName),
  });
  const secrets = install('ExternalSecrets', externalSecrets({ pool }), { grants: secretsGrants(scope, place) });
  secrets.addManifests('Store', 'store', [
    secretsManagerStore({ name: secretStore(platform), region, namespaces: [names.namespace(platform)] }),
  ]);
  if (installs.kueue) install('Kueue', kueue({ pool }));
  if (installs.gateway) addGateway(scope, place, cluster, install, installs.gateway);
  if (cluster.pools.some(({ device }) => device)) {
    install('GpuOperator', gpuOperator({ pool, ...sharingOfPools(planPools(place.pools, place.zones)) }));
  }
}

/**
 * Changes groups of this cluster only. Sources: cluster-autoscaler, "Full Cluster Autoscaler Features Policy"; resources by
 * the service authorization reference, where most of what only looks has none.
 */
const autoscalerGrants = (scope: Construct, region: string, clusterName: string) => [
  {
    name: 'Look',
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeLaunchConfigurations',
      'autoscaling:DescribeScalingActivities',
      'ec2:DescribeImages',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:GetInstanceTypesFromInstanceRequirements',
    ],
    resources: ['*'],
  },
  {
    name: 'LookAtPools',
    actions: ['eks:DescribeNodegroup'],
    resources: [`arn:aws:eks:${region}:${accountId(scope)}:nodegroup/${clusterName}/*/*`],
  },
  {
    name: 'Scale',
    actions: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
    // EKS names the groups: their tag says whose they are
    resources: [`arn:aws:autoscaling:${region}:${accountId(scope)}:autoScalingGroup:*:autoScalingGroupName/*`],
    condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${clusterName}`]: ['owned'] } },
  },
];

/**
 * The secret that RDS keeps for the platform's database, and the key that it is encrypted with. Its name is RDS's own; a tag
 * says whose it is. Source: RDS user guide, "Password management with Amazon RDS and AWS Secrets Manager"; the condition as
 * others tried it on AWS, read on 2026-11-22.
 */
function secretsGrants(scope: Construct, { platform, region }: AwsPlace) {
  const { keyArn } = EncryptionKey.fromName(scope, 'DataKey', { platform, name: 'data' });
  const account = accountId(scope);
  const database = `arn:aws:rds:${region}:${account}:db:${awsNames.database(platform)}`;
  return [
    {
      name: 'Read',
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      resources: [`arn:aws:secretsmanager:${region}:${account}:secret:rds!db-*`],
      condition: { StringEquals: { 'aws:ResourceTag/aws:rds:primaryDBInstanceArn': [database] } },
    },
    { name: 'Decrypt', actions: ['kms:Decrypt'], resources: [keyArn] },
  ];
}
