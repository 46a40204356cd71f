import { type Preset, reasonable } from 'mlops-constructs';
import { state } from './state';
import { operators, target } from './target';

/** The platform as data: what stands here is checked by 'mlops synth', all problems at once. */
export const preset = {
  ...reasonable,
  name: '__NAME__',
  images: { repository: '__REPOSITORY__' },
  state,
  operators,
  target,
} satisfies Preset;
