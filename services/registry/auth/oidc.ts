import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { SignedTokens } from './authenticator';
import { denied, unauthenticated } from './errors';
import { IssuerKeys, type IssuerProps } from './issuer-keys';
import { hasRole, type Principal, type Role } from './principal';

export interface OidcProps extends IssuerProps {
  readonly audience: string;
  readonly rolesClaim: string;
  /** From a value of the claim to a role; `*` is everybody. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** Signatures with a key pair only: with a shared secret, and without any, whoever knows our public keys could sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Seconds by which the provider's clock may differ from ours. */
const clockTolerance = 60;

/** Tokens that an OpenID Connect provider has signed. */
export class Oidc implements SignedTokens {
  private readonly keys: IssuerKeys;

  constructor(private readonly props: OidcProps) {
    this.keys = new IssuerKeys(props);
  }

  async principalOf(token: string): Promise<Principal | undefined> {
    if (token.split('.').length !== 3) return undefined;
    const claims = await this.verified(token);
    const name = [claims.preferred_username, claims.email, claims.sub].find((value) => typeof value === 'string');
    return { name: String(name ?? 'nameless'), role: this.roleOf(claims) };
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.props;
    try {
      const checks = { issuer, audience, algorithms, clockTolerance, requiredClaims: ['exp'] };
      return (await jwtVerify(token, this.keys.keyOf, checks)).payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthenticated(`The signed token is refused: ${error.message}`);
      throw error;
    }
  }

  private roleOf(claims: JWTPayload): Role {
    const { roles, rolesClaim } = this.props;
    const values = [...valuesOf(claims, rolesClaim), '*'];
    const held = values.flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value] as Role] : []));
    const highest = held.reduce(
      (a: Role | undefined, b) => (a && hasRole({ name: '', role: a }, b) ? a : b),
      undefined,
    );
    if (highest === undefined)
      throw denied(
        `Permission denied: no value of the claim '${rolesClaim}' has a role here; ask an admin of the registry`,
      );
    return highest;
  }
}

/** A claim may be a list, or text with spaces between its values. */
function valuesOf(claims: JWTPayload, path: string): string[] {
  const value = claims[path] ?? path.split('.').reduce<unknown>(memberOf, claims);
  if (typeof value === 'string') return [value, ...value.split(' ')];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
