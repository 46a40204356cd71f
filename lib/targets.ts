import type { Construct } from 'constructs';
import { PlatformError } from './core/errors';
import type { ITarget } from './core/target';
import type { Preset } from './presets/schema';

type Spec = Preset['target'];
type Kind = Spec['kind'];
type Make<K extends Kind> = (
  scope: Construct,
  id: string,
  platform: string,
  spec: Extract<Spec, { kind: K }>,
  protect: boolean,
) => ITarget;

/** Loaded when asked for: an app for an existing cluster loads no class of a cloud. */
const targets: { readonly [K in Kind]: Make<K> } = {
  kubernetes: (scope, id, platform, spec, protect) => {
    const { KubernetesTarget } = require('./kubernetes/target') as typeof import('./kubernetes/target');
    return new KubernetesTarget(scope, id, { ...spec, platform, protect });
  },
  aws: (scope, id, platform, spec, protect) => {
    const { AwsTarget } = require('./aws/target') as typeof import('./aws/target');
    return new AwsTarget(scope, id, { ...spec, platform, protect });
  },
};

/**
 * The one place that maps a preset's target to a class.
 * @param protect refuses to destroy what holds data
 * @throws PlatformError when a package that the target needs is not installed
 */
export const targetOf = <K extends Kind>(
  scope: Construct,
  id: string,
  platform: string,
  spec: Extract<Spec, { kind: K }>,
  protect: boolean,
): ITarget => {
  try {
    return targets[spec.kind as K](scope, id, platform, spec, protect);
  } catch (error) {
    throw missingPackage(spec.kind, error) ?? error;
  }
};

/** The packages of providers are optional peers: npm installs none of them by itself. */
function missingPackage(kind: Kind, error: unknown): PlatformError | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, name] = /^Cannot find module '(@[\w-]+\/[\w-]+|yaml)/.exec(message) ?? [];
  if (code !== 'MODULE_NOT_FOUND' || name === undefined) return undefined;
  return new PlatformError({
    what: `target '${kind}' needs a package that is not installed`,
    got: `no ${name}`,
    do: `run 'npm i ${name}'`,
  });
}
