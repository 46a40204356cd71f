import type { Page, Paging } from '../protocol/pages';
import type { Role } from './principal';

/** A token without its secret, which nobody can read again. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly id: string;
  /** What it is for, in the words of whoever made it. */
  readonly name: string;
  readonly role: Role;
  /** See `Principal`. */
  readonly models: readonly string[] | undefined;
  readonly createdBy: string;
  readonly createdAt: number;
  /** `undefined`: never. */
  readonly expiresAt: number | undefined;
  /** To the minute. `undefined`: not yet. */
  readonly lastUsedAt: number | undefined;
}

export type NewToken = Pick<AccessToken, 'name' | 'role' | 'models' | 'createdBy' | 'expiresAt'>;

export interface TokenStore {
  /** `digest` is what is kept of the secret. */
  create(token: NewToken, digest: Buffer): Promise<AccessToken>;
  /** Newest first. */
  list(paging: Paging): Promise<Page<AccessToken>>;
  /** `undefined`: there is none. */
  revoke(id: string): Promise<AccessToken | undefined>;
  /** The token of this digest, if it has not expired. Notes that it was used. */
  use(digest: Buffer): Promise<AccessToken | undefined>;
}
