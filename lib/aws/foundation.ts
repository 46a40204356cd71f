import { Route } from '@cdktf/provider-aws/lib/route';
import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import type { GatewayNeed } from '../core/gateway';
import { serviceImages } from '../core/images';
import { Budget } from './budget';
import { EksCluster } from './eks/cluster';
import { ImageRepository } from './image-repository';
import { EncryptionKey, type EncryptionKeyProps } from './kms/encryption-key';
import { forAutoScaling, forLogs } from './kms/key-users';
import { LoadBalancer } from './load-balancer/load-balancer';
import { awsNames } from './names';
import { controlPlaneZones, Network, networkNames } from './network/network';
import { addAwsProvider } from './provider';
import { platformTags } from './tags';
import type { AwsPlace } from './target-spec';

/** Output with the DNS name of the load balancer. */
export const gatewayOutput = 'gateway_address';

/** What everything else stands on: keys, network, cluster, nodes, way in, image repositories. */
export function addFoundation(scope: Construct, place: AwsPlace, gateway?: GatewayNeed): void {
  const { platform, region, protect, network: { cidr, nat, serviceCidr } = {} } = place;
  addAwsProvider(scope, region, platform);
  const key = (id: string, name: string, description: string, users: EncryptionKeyProps['users'] = []) =>
    new EncryptionKey(scope, id, { platform, name, description, users, protect });
  const logs = key('LogsKey', 'logs', 'Logs of network, cluster and databases', [
    forLogs(region, [
      networkNames(platform).flowLogGroup,
      awsNames.clusterLogGroup(awsNames.cluster(platform)),
      '/aws/rds/instance/*',
    ]),
  ]);
  const volumes = key('VolumesKey', 'volumes', 'Volumes of nodes and pods', [forAutoScaling()]);
  const secrets = key('SecretsKey', 'secrets', 'Secrets of Kubernetes');
  const data = key('DataKey', 'data', 'Buckets, databases, their secrets, and images');

  if (place.budget) new Budget(scope, 'Budget', { platform, ...place.budget });
  const network = new Network(scope, 'Network', {
    platform,
    region,
    cidr,
    zones: place.zones,
    nat,
    logKey: logs,
    protect,
  });
  const privateSubnets = network.subnets('private');
  const routes = network.node.findAll().filter((part): part is Route => part instanceof Route);
  const { securityGroupId: nodeSecurityGroupId } = new EksCluster(scope, 'Cluster', {
    platform,
    version: place.kubernetesVersion,
    apiAccess: place.apiAccess,
    admins: place.admins,
    zones: place.zones.flatMap((letter) => privateSubnets.filter((subnet) => subnet.letter === letter)),
    controlPlaneSubnetIds: network.subnets('private', controlPlaneZones(network)).map(({ id }) => id),
    pools: place.pools,
    serviceCidr,
    keys: { secretsArn: secrets.keyArn, volumesArn: volumes.keyArn, logsArn: logs.keyArn },
    deletionProtection: protect,
    nodesAfter: routes,
    tags: platformTags(platform, platform),
  });
  if (gateway) {
    const { dnsName } = new LoadBalancer(scope, 'LoadBalancer', {
      platform,
      network,
      nodeSecurityGroupId,
      gateway,
      protect,
      dependsOn: routes,
    });
    new TerraformOutput(scope, gatewayOutput, { value: dnsName, description: 'What DNS records of services point at' });
  }
  for (const service of serviceImages) {
    new ImageRepository(scope, `Images-${service}`, {
      platform,
      repositoryName: awsNames.repository(platform, service),
      keyArn: data.keyArn,
    });
  }
}
