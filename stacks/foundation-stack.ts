import type { Construct } from 'constructs';
import type { ICluster } from '../lib/core/cluster';
import { names } from '../lib/core/names';
import type { Preset } from '../lib/presets/schema';
import { BaseStack } from './base-stack';

/**
 * What everything else stands on. On an existing cluster: the namespaces, applied first, so that Secrets which people
 * bring themselves have a place before anything needs them.
 */
export class FoundationStack extends BaseStack {
  constructor(
    scope: Construct,
    id: string,
    cluster: ICluster,
    { name: platform, dataProtection, training, state }: Preset,
  ) {
    super(scope, id, state);
    const protect = dataProtection === 'on';
    cluster.addNamespace(this, 'Namespace', {
      name: names.namespace(platform),
      platform,
      podSecurity: 'restricted',
      protect,
    });
    if (training.mode === 'off') return;
    cluster.addNamespace(this, 'JobsNamespace', {
      name: names.jobsNamespace(platform),
      platform,
      podSecurity: training.podSecurity ?? 'restricted',
      protect,
    });
  }
}
