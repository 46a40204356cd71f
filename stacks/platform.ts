import { Construct } from 'constructs';
import type { IAddon } from '../lib/core/addon';
import type { NamespaceSpec } from '../lib/core/cluster';
import { attempt, report } from '../lib/core/errors';
import { Images, serviceImages } from '../lib/core/images';
import { names } from '../lib/core/names';
import { note, noteImage } from '../lib/core/notes';
import type { Installs, ITarget, MakeTarget } from '../lib/core/target';
import { libraryVersion } from '../lib/core/version';
import { checkPreset, checkSettings } from '../lib/presets/read-preset';
import type { Preset, Settings } from '../lib/presets/schema';
import type { Registry } from '../lib/registry/registry';
import type { ServingCluster } from '../lib/serving-cluster/serving-cluster';
import { targetOf } from '../lib/targets';
import type { TrainingCluster } from '../lib/training-cluster/training-cluster';
import { BaseStack } from './base-stack';
import { monitoringOf, PlatformStack, servingHostnames } from './platform-stack';

/** A preset, with a target that is data or one of a company's own. */
export type PlatformProps = Settings & { readonly target: Preset['target'] | MakeTarget };

/**
 * A whole platform from a preset: the stacks below its workloads, which depend on the target (`<name>-foundation`,
 * `<name>-data`), then `<name>-platform`, to be applied in this order.
 */
export class Platform extends Construct {
  readonly target: ITarget;
  readonly stack: PlatformStack;

  /**
   * @param addons what a company adds of its own, in the stack of the workloads
   * @throws PlatformError with everything that is wrong with the preset
   */
  constructor(scope: Construct, input: PlatformProps, addons: readonly IAddon<Platform>[] = []) {
    const { target, ...preset } = checked(input);
    const { name } = preset;
    super(scope, name);
    const images = new Images({ ...preset.images, tag: preset.images.tag ?? libraryVersion() });
    const protect = preset.dataProtection === 'on';
    this.target =
      typeof target === 'function'
        ? target(this, 'Target', { platform: name, protect })
        : targetOf(this, 'Target', name, target, protect);
    const installs = installsOf(preset);
    const databases = preset.registry.mode === 'on' ? ['registry'] : [];

    const storeUsers = databases.map((workload) => ({ workload, namespace: names.namespace(name) }));
    const monitoring = monitoringOf(preset);
    const needs = { namespaces: namespaces(preset), databases, storeUsers, images, installs, monitoring };
    for (const stack of this.target.stacks(needs)) {
      // the state's own bucket cannot be in itself
      const state = stack.name === 'bootstrap' ? undefined : preset.state;
      const below = new BaseStack(scope, `${name}-${stack.name}`, state);
      attempt(below, () => stack.add(below));
    }
    this.stack = new PlatformStack(scope, `${name}-platform`, this.target, preset, images);
    this.noteChoices(preset, images);
    for (const addon of addons) attempt(this.stack, () => addon.bind(this.stack, this));
  }

  /** Undefined when it is off. */
  get registry(): Registry | undefined {
    return this.stack.registry;
  }

  /** Undefined when it is off. */
  get training(): TrainingCluster | undefined {
    return this.stack.training;
  }

  /** Undefined when it is off. */
  get serving(): ServingCluster | undefined {
    return this.stack.serving;
  }

  private noteChoices(preset: Settings, images: Images): void {
    const { registry, operators, dataProtection } = preset;
    if (registry.mode === 'on' && registry.hostname && servingHostnames(preset).includes(registry.hostname)) {
      report(this, {
        what: 'the registry and an endpoint have one host name',
        got: `'${registry.hostname}' twice`,
        do: 'give each its own',
      });
    }
    if (registry.hostname && operators.gateway.mode === 'off') {
      report(this, {
        what: `registry.hostname needs a gateway`,
        got: `'${registry.hostname}' with operators.gateway.mode 'off'`,
        do: 'name your Gateway in operators.gateway, or leave hostname out',
      });
    }
    for (const image of serviceImages) {
      noteImage(this, { image: images.image(image), licence: 'Apache-2.0' });
      if (!images.isPinned(image))
        note(this, `image '${image}' is named by tag, not by digest: run 'mlops images push' and set images.lockFile`);
    }
    if (dataProtection === 'off') note(this, `dataProtection is off: ${this.target.unprotected}`);
  }
}

/** A target of a company's own is no data; everything else is, and a typo in it is found. */
function checked(input: PlatformProps): PlatformProps {
  const { target, ...settings } = { ...input };
  return typeof target === 'function' ? { ...checkSettings(settings), target } : checkPreset(input);
}

function installsOf(preset: Settings): Installs {
  const { kueue, gateway } = preset.operators;
  const { registry } = preset;
  const ofRegistry = registry.mode === 'on' && registry.hostname ? [registry.hostname] : [];
  const hostnames = [...new Set([...ofRegistry, ...servingHostnames(preset)])];
  return {
    kueue: kueue.mode === 'install',
    gateway: gateway.mode === 'install' ? { ...gateway, hostnames } : undefined,
  };
}

function namespaces({
  name: platform,
  dataProtection,
  training,
}: Settings): (NamespaceSpec & { readonly id: string })[] {
  const common = { platform, protect: dataProtection === 'on' };
  const services = { ...common, id: 'Namespace', name: names.namespace(platform), podSecurity: 'restricted' } as const;
  // also with training off: prevent_destroy guards nothing that is no longer written, and people keep Secrets in it
  const { podSecurity = 'restricted' } = training;
  return [services, { ...common, id: 'JobsNamespace', name: names.jobsNamespace(platform), podSecurity }];
}
