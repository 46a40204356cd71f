import type { IConstruct } from 'constructs';
import type { servingAuth } from '../../services/model-server/contract';
import type { Link, SecretKey } from '../core/access';
import { viaSecret } from '../core/secret-offer';

/** Who may ask for inferences. One set of tokens for all endpoints of a cluster. */
export interface ServingAuth {
  /**
   * Place of the tokens that are taken, in the platform's namespace: one a line, 32 characters or longer each. The file is read again
   * when it changes.
   * @default - one is made, in the Secret `serving-tokens`, key `tokens`
   */
  readonly tokens?: SecretKey | undefined;
  /**
   * Raise it by one to make a new token, where it was made here.
   * @default 1
   */
  readonly tokensRevision?: number | undefined;
  /**
   * Place of the token that callers inside the platform send, in their own namespace. You copy it there, once.
   * @default - the Secret `serving-token`, key `token`
   */
  readonly clientToken?: SecretKey | undefined;
}

/** Where tokens that are made here lie, and their callers' by default. */
export const tokensPlace: SecretKey = { secretName: 'serving-tokens', key: 'tokens' };
export const clientTokenPlace: SecretKey = { secretName: 'serving-token', key: 'token' };

/** How model servers learn which tokens to take. */
export const authLink = (resource: IConstruct, tokens: SecretKey): Link<typeof servingAuth> => ({
  resource,
  type: 'serving-auth',
  values: { mode: 'required' },
  offers: [viaSecret(() => ({ tokens }))],
  destination: { kind: 'addresses', cidrs: [], port: 443 },
});
