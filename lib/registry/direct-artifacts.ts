import { Token } from 'cdktf';
import type { Problem } from '../core/errors';

const ofPods = /^https?:\/\/[^/:]+\.svc(\.[^/:]+)?(:\d+)?(\/|$)/;

/** Clients outside of the cluster follow URLs that carry the bucket's endpoint. None is AWS's, which everybody reaches. */
export const directProblems = (endpoint: string | undefined): Problem[] =>
  endpoint === undefined || Token.isUnresolved(endpoint) || !ofPods.test(endpoint)
    ? []
    : [
        {
          what: 'directArtifacts sends clients to an endpoint that nobody outside of the cluster reaches',
          got: `'${endpoint}'`,
          do: 'give the bucket an endpoint that they reach, or leave directArtifacts out',
        },
      ];
