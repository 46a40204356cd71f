import type { Settings } from 'mlops-constructs';

/** A bucket with a lock, for a team. Credentials come from the environment. */
export const state = {
  mode: 's3',
  // EDIT: the name is unique in the world; on AWS the stack bootstrap makes it
  bucket: '__NAME__-terraform-state',
  region: 'eu-west-1',
} satisfies Settings['state'];
