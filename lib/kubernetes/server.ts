import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { HorizontalPodAutoscalerV2 } from '@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import type { ServerSpec } from '../core/workload';
import { objectLabels, selectorLabels } from './labels';
import { addPodPolicy } from './network-policy';
import { podTemplate } from './pod';

/** A stateless server: Deployment, Service, network policy and disruption budget; an autoscaler on request. */
export class Server extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: DeploymentV1;

  constructor(scope: Construct, id: string, spec: ServerSpec) {
    super(scope, id);
    this.resource = this.addDeployment(spec);
    this.addService(spec);
    this.addBudget(spec);
    addPodPolicy(this, spec);
    if (spec.autoscaling) this.addAutoscaler(spec, spec.autoscaling);
  }

  private metadata({ name, namespace, labels }: ServerSpec) {
    return { name, namespace, labels: objectLabels(name, labels) };
  }

  private addDeployment(spec: ServerSpec): DeploymentV1 {
    const { rolloutSeconds = 600 } = spec;
    const timeout = `${rolloutSeconds}s`;
    const matchLabels = selectorLabels(spec.name);
    return new DeploymentV1(this, 'Resource', {
      metadata: this.metadata(spec),
      spec: {
        replicas: String(spec.replicas),
        progressDeadlineSeconds: rolloutSeconds,
        selector: { matchLabels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '1', maxUnavailable: '0' } },
        template: {
          metadata: { labels: objectLabels(spec.name, spec.labels) },
          spec: {
            ...podTemplate(spec, {
              port: ports(spec).map(({ name, port }) => ({ name, containerPort: port })),
              ...probes(spec),
            }),
            topologySpreadConstraint: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: [{ matchLabels }],
            })),
          },
        },
      },
      ...(spec.rolloutSeconds === undefined ? { waitForRollout: false } : {}),
      timeouts: { create: timeout, update: timeout, delete: '5m' },
      ...(spec.autoscaling ? { lifecycle: { ignoreChanges: ['spec[0].replicas'] } } : {}),
    });
  }

  private addService(spec: ServerSpec): void {
    new ServiceV1(this, 'Service', {
      metadata: this.metadata(spec),
      spec: {
        selector: selectorLabels(spec.name),
        port: ports(spec).map((one) => ({ ...one, targetPort: one.name })),
      },
    });
  }

  private addBudget(spec: ServerSpec): void {
    new PodDisruptionBudgetV1(this, 'Budget', {
      metadata: this.metadata(spec),
      // one at a time, and never a node that cannot be drained because there is only one pod
      spec: { maxUnavailable: '1', selector: { matchLabels: selectorLabels(spec.name) } },
    });
  }

  private addAutoscaler(spec: ServerSpec, { max, cpuPercent }: NonNullable<ServerSpec['autoscaling']>): void {
    new HorizontalPodAutoscalerV2(this, 'Autoscaler', {
      metadata: this.metadata(spec),
      spec: {
        minReplicas: spec.replicas,
        maxReplicas: max,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: this.resource.metadata.name },
        metric: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuPercent } },
          },
        ],
      },
    });
  }
}

/** A gateway must know that it speaks HTTP/2 without TLS on the second one. */
const ports = ({ port, grpcPort }: ServerSpec) => [
  { name: 'http', port },
  ...(grpcPort === undefined ? [] : [{ name: 'grpc', port: grpcPort, appProtocol: 'kubernetes.io/h2c' }]),
];

/** Starting may take two minutes; after that, thirty seconds without a sign of life restart the container. */
const probes = ({ probes: { live, ready } }: ServerSpec) => ({
  startupProbe: { httpGet: { path: live, port: 'http' }, periodSeconds: 2, failureThreshold: 60, timeoutSeconds: 2 },
  livenessProbe: { httpGet: { path: live, port: 'http' }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
  readinessProbe: { httpGet: { path: ready, port: 'http' }, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 5 },
});
