import type { PlatformApp } from 'mlops-constructs';
import { Platform } from 'mlops-constructs/stacks';
import { preset } from './preset';

/** All that this repository deploys: the platform of the preset, and what you add to it. */
export function build(app: PlatformApp): Platform {
  const platform = new Platform(app, preset);
  // a template of jobs, started by 'mlops run train'
  platform.training?.addJob('train', { image: `${preset.images.repository}/train:1.0.0` });
  return platform;
}
