import { apiServer, mergeValues, type OperatorOptions, type OperatorSpec, placement, resources } from './spec';

export interface AwsLoadBalancerControllerOptions extends OperatorOptions {
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  readonly region: string;
  /** Asked from the instance metadata if it is not given, which pods cannot reach behind a hop limit of 1. */
  readonly vpcId: string;
  /** @default 2 */
  readonly replicas?: number | undefined;
}

/**
 * Keeps the pods of a Service in a target group of the load balancer, which is Terraform's own: an apply that is
 * destroyed leaves no load balancer behind. So it neither claims Services nor makes an IngressClass.
 */
export const awsLoadBalancerController = (options: AwsLoadBalancerControllerOptions): OperatorSpec => ({
  chart: {
    name: 'aws-load-balancer-controller',
    version: '3.5.0',
    repository: 'https://aws.github.io/eks-charts',
    namespace: 'aws-load-balancer-controller',
    definitions: 'own release',
    groups: ['elbv2.k8s.aws'],
    values: mergeValues(
      {
        fullnameOverride: 'aws-load-balancer-controller',
        clusterName: options.clusterName,
        region: options.region,
        vpcId: options.vpcId,
        replicaCount: options.replicas ?? 2,
        podDisruptionBudget: { maxUnavailable: 1 },
        serviceAccount: { name: serviceAccount },
        createIngressClassResource: false,
        ingressClassParams: { create: false },
        // it would claim every Service of type LoadBalancer, and refuse each while it is away
        enableServiceMutatorWebhook: false,
        // Gateways are another controller's; what it does not watch it needs no rights for
        controllerConfig: {
          featureGates: { EnableServiceController: false, ALBGatewayAPI: false, NLBGatewayAPI: false },
        },
        // the chart's certificate is else made anew in each render: a webhook that changes with every plan
        keepTLSSecret: true,
        enableShield: false,
        enableWaf: false,
        enableWafv2: false,
        priorityClassName: 'system-cluster-critical',
        resources: resources('100m', '256Mi'),
        podSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        securityContext: { capabilities: { drop: ['ALL'] } },
        ...placement(options),
        ...(options.monitoring
          ? { serviceMonitor: { enabled: true, additionalLabels: options.monitoring.labels ?? {} } }
          : {}),
      },
      options.values,
    ),
  },
  podSecurity: 'restricted',
  images: [
    {
      image: 'public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0',
      values: ['image.repository'],
      takes: 'repository',
      startedBy: 'chart',
      licence: 'Apache-2.0',
    },
  ],
  // webhook and metrics in; credentials of Pod Identity come from 169.254.170.23:80
  network: { ingress: [9443, 8080], egress: [...apiServer, 80] },
  serviceAccount,
});

const serviceAccount = 'aws-load-balancer-controller';

/**
 * Label of a namespace in which a pod is ready only when its target is healthy: a rollout else takes the old pods away
 * before the load balancer has learned of the new ones.
 */
export const readyWithTarget = { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } as const;

export interface TargetGroupBindingProps {
  readonly name: string;
  /** That of the Service. */
  readonly namespace: string;
  /** Service whose pods the target group holds, and its port. */
  readonly service: { readonly name: string; readonly port: number };
  /** Name of the target group, of type `ip`: a name needs no value of another stack. */
  readonly targetGroup: string;
}

/** Keeps the pods of one Service in one target group of Terraform's. */
export const targetGroupBinding = ({ name, namespace, service, targetGroup }: TargetGroupBindingProps) => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name, namespace },
  spec: { serviceRef: { ...service }, targetGroupName: targetGroup, targetType: 'ip' },
});
