import type { IConstruct } from 'constructs';
import type { auth } from '../../services/registry/contract';
import type { Link, SecretKey } from '../core/access';
import { anywhere, portOf } from '../core/endpoint';
import { viaSecret } from '../core/secret-offer';

/** What a caller may do, each one more than the one before. */
export type RegistryRole = 'read' | 'write' | 'admin';

/** An OpenID Connect provider whose tokens the registry takes. */
export interface RegistryOidc {
  /** Base URL over https, as its tokens carry it in `iss`. */
  readonly issuer: string;
  /** What its tokens must carry in `aud`. */
  readonly audience: string;
  /** From a value of the claim to a role, the highest counts; `*` is everybody whom the provider knows. */
  readonly roles: Readonly<Record<string, RegistryRole>>;
  /**
   * The claim that says what somebody may do; dots lead into objects: `realm_access.roles`.
   * @default 'groups'
   */
  readonly rolesClaim?: string | undefined;
  /**
   * PEM certificates of the provider's own certificate authority.
   * @default - authorities that Node trusts
   */
  readonly caCertificate?: string | undefined;
  /**
   * Addresses of the provider, for network policies.
   * @default - any address, on the issuer's port only
   */
  readonly cidrs?: readonly string[] | undefined;
}

/** Who may come in. Tokens are made, listed and revoked over the registry's own API. */
export interface RegistryAuth {
  /**
   * Place of the first admin's token, in the platform's namespace: 32 characters or longer. Its file is read again when it changes.
   * @default - one is made, in the Secret `registry-admin-token`, key `token`
   */
  readonly adminToken?: SecretKey | undefined;
  /**
   * Raise it by one to make a new admin token, where it was made here.
   * @default 1
   */
  readonly adminTokenRevision?: number | undefined;
  /**
   * Place of the token that callers inside the platform send, in their own namespace. An admin makes the token, once.
   * @default - the Secret `registry-token`, key `token`
   */
  readonly clientToken?: SecretKey | undefined;
  /**
   * A provider whose tokens are taken, too.
   * @default - only the registry's own tokens are taken
   */
  readonly oidc?: RegistryOidc | undefined;
}

/** Where a token that is made here lies, and its callers' token by default. */
export const adminTokenPlace: SecretKey = { secretName: 'registry-admin-token', key: 'token' };
export const clientTokenPlace: SecretKey = { secretName: 'registry-token', key: 'token' };

/** How the registry's process learns who may come in. */
export function authLink(
  resource: IConstruct,
  adminToken: SecretKey,
  oidc: RegistryOidc | undefined,
): Link<typeof auth> {
  const refs = { adminToken };
  const common = { resource, type: 'registry-auth', offers: [viaSecret(() => refs)] } as const;
  if (oidc === undefined)
    return { ...common, values: { mode: 'required' }, destination: { kind: 'addresses', cidrs: [], port: 443 } };
  const { issuer, audience, roles, rolesClaim, caCertificate, cidrs = anywhere } = oidc;
  return {
    ...common,
    values: { mode: 'required', issuer, audience, roles: JSON.stringify(roles), rolesClaim, caCertificate },
    destination: { kind: 'addresses', cidrs, port: portOf(issuer) },
  };
}
