import type { Problem } from '../core/errors';
import { nameProblems } from '../core/names';

/** What stands before an endpoint's name in those of its objects, so that none is called as another service is. */
const prefix = 'serving-';
const canarySuffix = '-canary';

/** The label that an endpoint's callers carry is the longest name: `client-of-serving-<endpoint>`, at most 63. */
const longestEndpoint = 40;

/** Which of an endpoint's models a server holds. */
export type Track = 'champion' | 'canary';

/** Names of an endpoint's objects: pure functions of its name, so that callers and later stacks write the same. */
export const endpointNames = {
  /** Deployment, Service, budget, autoscaler and policy of a track; the champion's is the endpoint's own. */
  server: (endpoint: string, track: Track = 'champion') =>
    `${prefix}${endpoint}${track === 'canary' ? canarySuffix : ''}`,
  /** What lies before its files in the bucket of the inference log. */
  logPrefix: (endpoint: string) => `inference-log/${endpoint}`,
  callerLabel: (endpoint: string) => `mlops-constructs/client-of-${prefix}${endpoint}`,
};

/** Labels of everything that belongs to one endpoint. */
export const endpointLabel = 'mlops-constructs/endpoint';
export const trackLabel = 'mlops-constructs/track';

export const endpointNameProblems = (endpoint: string): Problem[] => [
  ...nameProblems('the name of the endpoint', endpoint, longestEndpoint),
  ...(endpoint.endsWith(canarySuffix)
    ? [
        {
          what: `the name of an endpoint does not end with '${canarySuffix}', which names the canary of another`,
          got: `'${endpoint}'`,
          do: 'give it another name',
        },
      ]
    : []),
];
