import type { Config } from '../../kit/config';
import { ProgramError } from '../../kit/errors';
import type { Check } from '../../kit/readiness';
import type { registryContract } from '../contract';
import { AdminToken } from './admin-token';
import { Authenticator } from './authenticator';
import type { TokenStore } from './store';

export interface Auth {
  /** `undefined`: nobody is asked who they are. */
  readonly authenticator: Authenticator | undefined;
  readonly checks: Readonly<Record<string, Check>>;
}

/** What the configuration says about who may come in. */
export function authOf({ mode, adminToken }: Config<typeof registryContract>['auth'], tokens: TokenStore): Auth {
  if (mode === 'none') return { authenticator: undefined, checks: {} };
  if (adminToken === undefined)
    throw new ProgramError(
      "AUTH_MODE is 'required', but nobody could make the first token; mount a file with a token of 32 characters or more, and name it in AUTH_ADMIN_TOKEN_FILE",
    );
  const admin = new AdminToken(adminToken);
  return { authenticator: new Authenticator({ tokens, admin }), checks: { auth: admin.check } };
}
