import type { Construct } from 'constructs';
import { attempt } from '../lib/core/errors';
import type { Images } from '../lib/core/images';
import type { Exposure } from '../lib/core/service-manifests';
import type { IObjectStore } from '../lib/core/storage';
import type { ITarget } from '../lib/core/target';
import { installedGateway } from '../lib/operators/gateway';
import type { Preset, Settings } from '../lib/presets/schema';
import { Registry } from '../lib/registry/registry';
import type { EndpointProps } from '../lib/serving-cluster/endpoint-props';
import type { ServingGateway } from '../lib/serving-cluster/routes';
import { ServingCluster } from '../lib/serving-cluster/serving-cluster';
import { TrainingCluster } from '../lib/training-cluster/training-cluster';
import { BaseStack } from './base-stack';

/** The workloads: stateless, may be destroyed and made again at any time. */
export class PlatformStack extends BaseStack {
  /** The bucket of models and artifacts, for links of jobs. */
  readonly objectStore: IObjectStore;
  /** Undefined when it is off. */
  readonly registry: Registry | undefined;
  /** Undefined when it is off. */
  readonly training: TrainingCluster | undefined;
  /** Undefined when it is off. */
  readonly serving: ServingCluster | undefined;

  constructor(scope: Construct, id: string, target: ITarget, preset: Settings, images: Images) {
    super(scope, id, preset.state);
    this.objectStore = target.objectStore(this);
    this.registry = preset.registry.mode === 'on' ? this.addRegistry(target, preset, images) : undefined;
    this.training = preset.training.mode === 'on' ? this.addTraining(target, preset) : undefined;
    this.serving = preset.serving?.mode === 'on' ? this.addServing(target, preset, images) : undefined;
  }

  private addRegistry(target: ITarget, preset: Settings, images: Images): Registry | undefined {
    const { name, registry, operators } = preset;
    const { mode: _, hostname, ...options } = registry;
    const { gateway } = operators;
    return attempt(
      this,
      () =>
        new Registry(this, 'Registry', {
          ...options,
          cluster: target.cluster,
          platform: name,
          image: images.image('registry'),
          artifacts: this.objectStore,
          metadata: target.postgres(this),
          monitoring: monitoringOf(preset),
          expose: exposure(name, hostname, gateway),
        }),
    );
  }

  private addTraining(target: ITarget, { name, training, operators }: Settings): TrainingCluster | undefined {
    return attempt(
      this,
      () =>
        new TrainingCluster(this, 'Training', {
          cluster: target.cluster,
          platform: name,
          registry: this.registry,
          queue: operators.kueue.mode === 'off' ? 'off' : 'kueue',
          podSecurity: training.podSecurity,
        }),
    );
  }

  private addServing(target: ITarget, preset: Settings, images: Images): ServingCluster | undefined {
    const { name, serving } = preset;
    return attempt(this, () => {
      const made = new ServingCluster(this, 'Serving', {
        cluster: target.cluster,
        platform: name,
        image: images.image('model-server'),
        registry: this.registry,
        log: serving?.log === 'on' ? this.objectStore : undefined,
        auth: serving?.auth,
        gateway: servingGateway(preset),
        monitoring: monitoringOf(preset),
      });
      // an accelerator is text in JSON, and the construct's to judge
      for (const [endpoint, props] of Object.entries(serving?.endpoints ?? {}))
        made.addEndpoint(endpoint, props as EndpointProps);
      return made;
    });
  }
}

/** The Prometheus that scrapes what a platform runs; undefined when there is none. */
export const monitoringOf = ({ operators: { prometheus } }: Settings) =>
  prometheus.mode === 'existing' ? prometheus : undefined;

/** Host names of endpoints, as far as a preset tells them. */
export const servingHostnames = ({ serving }: Settings): readonly string[] =>
  serving?.mode === 'on'
    ? [
        ...Object.values(serving.endpoints ?? {}).flatMap(({ hostname, grpcHostname }) => [hostname, grpcHostname]),
        ...(serving.hostnames ?? []),
      ].filter((name) => name !== undefined)
    : [];

function servingGateway(preset: Settings): ServingGateway | undefined {
  const { gateway } = preset.operators;
  if (gateway.mode === 'off') return undefined;
  return gateway.mode === 'existing'
    ? gateway
    : { ...installedGateway(preset.name), hostnames: servingHostnames(preset) };
}

/** A route to the Gateway that is there, or that the target installs under a name that is known beforehand. */
function exposure(
  platform: string,
  hostname: string | undefined,
  gateway: Preset['operators']['gateway'],
): Exposure | undefined {
  if (hostname === undefined || gateway.mode === 'off') return undefined;
  return { hostname, gateway: gateway.mode === 'install' ? installedGateway(platform) : gateway };
}
