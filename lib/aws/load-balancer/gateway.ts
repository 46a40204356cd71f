import type { Construct } from 'constructs';
import type { GatewayNeed } from '../../core/gateway';
import {
  awsLoadBalancerController,
  readyWithTarget,
  targetGroupBinding,
} from '../../operators/aws-load-balancer-controller';
import { certManager } from '../../operators/cert-manager';
import { gatewayCertificate } from '../../operators/certificates';
import { envoyGateway } from '../../operators/envoy-gateway';
import { gatewayManifests, installedGateway } from '../../operators/gateway';
import { accountId } from '../account';
import type { EksByName } from '../eks/by-name';
import type { NamedGrant } from '../iam/statement';
import type { Install } from '../install';
import { awsNames } from '../names';
import { Network } from '../network/network';
import type { AwsPlace } from '../target-spec';
import { drainSeconds, listenerNames, listeners } from './load-balancer';

/** The cluster's side of the way in: the Gateway, its certificate, and what keeps its proxies in the target groups. */
export function addGateway(
  scope: Construct,
  place: AwsPlace,
  cluster: EksByName,
  install: Install,
  { tls = 'own-ca', hostnames }: GatewayNeed,
): void {
  const { platform, region, zones, network: { cidr } = {}, imageRegistry } = place;
  const { vpcId } = Network.fromNames(scope, 'Network', { platform, region, cidr, zones });
  const pool = cluster.pool({ purpose: 'services' });
  const { name, namespace } = installedGateway(platform);
  const tlsSecret = `${name}-tls`;

  const gateway = install('Gateway', envoyGateway({ pool }), { namespaceLabels: readyWithTarget });
  gateway.addManifests('Objects', 'gateway', [
    ...gatewayManifests({ name, platform, service: 'ClusterIP', tlsSecret, pool, drainSeconds, imageRegistry }),
  ]);
  const startsAfter = [gateway.chart];
  const certificates = install('CertManager', certManager({ pool, gatewayApi: tls !== 'own-ca' }), { startsAfter });
  certificates.addManifests('Certificate', 'gateway-certificate', [
    ...gatewayCertificate({ name, secretName: tlsSecret, hostnames, tls }),
  ]);
  // its bindings lie in the Gateway's namespace
  const { clusterName } = cluster;
  const controller = install(
    'LoadBalancerController',
    awsLoadBalancerController({ pool, clusterName, region, vpcId }),
    {
      startsAfter,
      grants: bindingGrants(scope, place),
    },
  );
  controller.addManifests(
    'Bindings',
    'target-groups',
    listenerNames.map((listener) =>
      targetGroupBinding({
        name: `${name}-${listener}`,
        namespace,
        service: { name, port: listeners[listener].port },
        targetGroup: awsNames.targetGroup(platform, listener),
      }),
    ),
  );
}

/**
 * What a controller asks for that binds pods to target groups and manages neither those nor security groups: it finds the
 * group by its name and pods by the network's addresses, and looks once for rules of its own to remove.
 * Source: aws-load-balancer-controller v3.5, "TargetGroupBinding only" of its installation guide, less what only target
 * type `instance` and the groups' own attributes need (pkg/targetgroupbinding, read on 2026-11-22).
 */
function bindingGrants(scope: Construct, { platform, region }: AwsPlace): NamedGrant[] {
  const groups = listenerNames.map(
    (listener) =>
      `arn:aws:elasticloadbalancing:${region}:${accountId(scope)}:targetgroup/${awsNames.targetGroup(platform, listener)}/*`,
  );
  return [
    {
      name: 'Look',
      actions: [
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeVpcs',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      resources: ['*'],
    },
    {
      name: 'Bind',
      actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
      resources: groups,
    },
  ];
}
