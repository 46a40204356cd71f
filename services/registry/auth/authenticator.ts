import { bearerOf, digestOf } from '../../kit/bearer';
import type { AdminToken } from './admin-token';
import { unauthenticated } from './errors';
import type { Principal } from './principal';
import { isOurs } from './secret';
import type { TokenStore } from './store';

/** How long a token is taken for good without asking: a revoked one ends within it. */
const trustedMs = 5000;

/** Says who holds a signed token of an identity provider; `undefined`: it is no such token. */
export interface SignedTokens {
  principalOf(token: string): Promise<Principal | undefined>;
}

export interface AuthenticatorProps {
  readonly tokens: TokenStore;
  /** @default - none: there are others already */
  readonly admin?: AdminToken | undefined;
  /** @default - only our own tokens are taken */
  readonly signed?: SignedTokens | undefined;
}

/** From the header of a request to who sends it. */
export class Authenticator {
  private readonly known = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(private readonly props: AuthenticatorProps) {}

  /** @throws ServiceError 401, or 503 when nobody can say */
  async principalOf(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined)
      throw unauthenticated(
        'You are not authenticated: set MLFLOW_TRACKING_TOKEN, or send the header Authorization: Bearer <token>',
      );
    const token = bearerOf(authorization);
    if (token === undefined) throw unauthenticated('The header Authorization holds no bearer token');
    const principal = (await this.holderOf(token)) ?? this.props.admin?.principalOf(token);
    if (principal === undefined) throw unauthenticated('The token is not known here, was revoked, or has expired');
    return principal;
  }

  /** What was just learnt of a token is forgotten at once in this process, within seconds in the others. */
  forget(): void {
    this.known.clear();
  }

  private async holderOf(token: string): Promise<Principal | undefined> {
    if (!isOurs(token)) return this.props.signed?.principalOf(token);
    const digest = digestOf(token);
    const key = digest.toString('base64');
    const known = this.known.get(key);
    if (known !== undefined && known.until > Date.now()) return known.principal;
    this.known.delete(key);
    const found = await this.props.tokens.use(digest);
    if (found === undefined) return undefined;
    const { name, role, models } = found;
    const principal = { name, role, models };
    this.known.set(key, { principal, until: Date.now() + trustedMs });
    return principal;
  }
}
