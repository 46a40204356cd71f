import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { GatewayNeed } from '../../core/gateway';
import { awsNames } from '../names';
import type { INetwork } from '../network/network';
import { platformTags } from '../tags';
import { isPublic, sourcesOf } from './access';

/**
 * Ports of the load balancer, which are those of the Gateway and its Service, and of the proxies' containers: Envoy
 * Gateway adds 10000 to ports below 1024, so that no proxy needs a privileged one.
 */
export const listeners = {
  http: { port: 80, containerPort: 10080 },
  https: { port: 443, containerPort: 10443 },
} as const;

type Listener = keyof typeof listeners;
export const listenerNames: readonly Listener[] = ['http', 'https'];

export interface LoadBalancerProps {
  /** Name of the platform. */
  readonly platform: string;
  readonly network: INetwork;
  /** Security group of the cluster's nodes, and so of the proxies. */
  readonly nodeSecurityGroupId: string;
  readonly gateway: GatewayNeed;
  /** Refuses to be deleted until this is off: its DNS name is in records that Terraform does not see. */
  readonly protect: boolean;
  /** Routes to the internet gateway, without which AWS makes no public load balancer. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * The way into the platform: a Network Load Balancer that hands TCP to the gateway's proxies, which end TLS. Its target
 * groups are filled by a controller in the cluster, which finds them by name. Changing between public and private makes
 * another load balancer, with another DNS name.
 */
export class LoadBalancer extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: Lb;
  readonly securityGroup: SecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    this.securityGroup = this.addSecurityGroup();
    this.resource = this.addLoadBalancer();
    for (const listener of listenerNames) {
      this.letIn(listener);
      this.letOut(listener);
      this.listen(listener);
    }
  }

  /** What DNS records point at. */
  get dnsName(): string {
    return this.resource.dnsName;
  }

  private addSecurityGroup(): SecurityGroup {
    const { network } = this.props;
    return new SecurityGroup(this, 'SecurityGroup', {
      name: this.name,
      description: `Clients of ${this.name}`,
      vpcId: network.vpcId,
      tags: this.tags,
    });
  }

  private addLoadBalancer(): Lb {
    const { network, gateway, protect, dependsOn } = this.props;
    const internal = !isPublic(gateway.access);
    return new Lb(this, 'Resource', {
      name: this.name,
      loadBalancerType: 'network',
      internal,
      // one without any security group never gets one
      securityGroups: [this.securityGroup.id],
      subnets: network.subnets(internal ? 'private' : 'public').map(({ id }) => id),
      // two proxies may both be in one zone; an address without a target would answer nothing
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: protect,
      tags: this.tags,
      dependsOn: [...dependsOn],
    });
  }

  /** The authority that proves host names comes to port 80 from anywhere; what answers there redirects or proves. */
  private letIn(listener: Listener): void {
    const { gateway, network } = this.props;
    const open = listener === 'http' && gateway.tls !== undefined && gateway.tls !== 'own-ca';
    for (const cidr of open ? ['0.0.0.0/0'] : sourcesOf(gateway.access, network.plan.cidr)) {
      new VpcSecurityGroupIngressRule(this, `From-${cidr.replaceAll(/[./]/g, '-')}-${listener}`, {
        securityGroupId: this.securityGroup.id,
        description: `${listener} from ${cidr}`,
        cidrIpv4: cidr,
        ...tcp(listeners[listener].port),
        tags: this.tags,
      });
    }
  }

  /** To the proxies, also for health checks. */
  private letOut(listener: Listener): void {
    const { nodeSecurityGroupId } = this.props;
    const port = tcp(listeners[listener].containerPort);
    new VpcSecurityGroupEgressRule(this, `ToNodes-${listener}`, {
      securityGroupId: this.securityGroup.id,
      description: `${listener} to the proxies`,
      referencedSecurityGroupId: nodeSecurityGroupId,
      ...port,
      tags: this.tags,
    });
    new VpcSecurityGroupIngressRule(this, `IntoNodes-${listener}`, {
      securityGroupId: nodeSecurityGroupId,
      description: `${listener} from load balancer ${this.name}`,
      referencedSecurityGroupId: this.securityGroup.id,
      ...port,
      tags: this.tags,
    });
  }

  private listen(listener: Listener): void {
    const { platform, network } = this.props;
    const { port, containerPort } = listeners[listener];
    const name = awsNames.targetGroup(platform, listener);
    const group = new LbTargetGroup(this, `Targets-${listener}`, {
      name,
      targetType: 'ip',
      protocol: 'TCP',
      port: containerPort,
      vpcId: network.vpcId,
      // with the client's address kept, a pod could not reach a proxy on its own node
      preserveClientIp: 'false',
      deregistrationDelay: `${drainSeconds}`,
      // a listener that has no certificate yet does not listen
      healthCheck: { protocol: 'TCP', port: 'traffic-port', interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      tags: platformTags(platform, name),
    });
    new LbListener(this, `Listener-${listener}`, {
      loadBalancerArn: this.resource.arn,
      port,
      protocol: 'TCP',
      defaultAction: [{ type: 'forward', targetGroupArn: group.arn }],
      tags: this.tags,
    });
  }

  private get name(): string {
    return awsNames.loadBalancer(this.props.platform);
  }

  private get tags() {
    return platformTags(this.props.platform, this.name);
  }
}

/** Seconds in which a proxy that stops still gets and answers requests. */
export const drainSeconds = 90;

const tcp = (port: number) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port });
