import type { Config } from '../../kit/config';
import { ProgramError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import type { Check } from '../../kit/readiness';
import type { registryContract } from '../contract';
import { AdminToken } from './admin-token';
import { Authenticator } from './authenticator';
import { Oidc } from './oidc';
import type { TokenStore } from './store';

type AuthConfig = Config<typeof registryContract>['auth'];

export interface Auth {
  /** `undefined`: nobody is asked who they are. */
  readonly authenticator: Authenticator | undefined;
  readonly checks: Readonly<Record<string, Check>>;
}

/** What the configuration says about who may come in. */
export function authOf(config: AuthConfig, tokens: TokenStore, log: Log): Auth {
  if (config.mode === 'none') return { authenticator: undefined, checks: {} };
  const admin = config.adminToken && new AdminToken(config.adminToken);
  const signed = oidcOf(config, log);
  if (!admin && !signed)
    throw new ProgramError(
      "AUTH_MODE is 'required', but nobody could make the first token; mount a file with a token of 32 characters or more, and name it in AUTH_ADMIN_TOKEN_FILE",
    );
  return { authenticator: new Authenticator({ tokens, admin, signed }), checks: admin ? { auth: admin.check } : {} };
}

function oidcOf({ issuer, audience, rolesClaim, roles, caCertificate }: AuthConfig, log: Log): Oidc | undefined {
  if (issuer === undefined) return undefined;
  if (audience === undefined || roles === undefined)
    throw new ProgramError('AUTH_ISSUER is set without what its tokens mean here; set AUTH_AUDIENCE, and AUTH_ROLES');
  return new Oidc({ issuer, audience, rolesClaim, roles, caCertificate, log });
}
