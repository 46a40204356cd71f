import type { Settings } from 'mlops-constructs';

/** Files in .state, beside cdktf.out: for one person. They are not in git, and you must keep them. */
export const state = { mode: 'local' } satisfies Settings['state'];
