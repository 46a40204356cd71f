import { digestOf, isAmong, shortestToken, tokensOf } from '../../kit/bearer';
import type { Secret } from '../../kit/config';
import type { Check } from '../../kit/readiness';
import type { Principal } from './principal';

/** The token with which everything begins: it lies in a file that is read again, so that it can be changed without a restart. */
export class AdminToken {
  constructor(private readonly file: Secret) {}

  principalOf(secret: string): Principal | undefined {
    const isIts = isAmong(digestOf(secret), this.read().map(digestOf));
    return isIts ? { name: 'admin token', role: 'admin' } : undefined;
  }

  readonly check: Check = async () => {
    if (this.tokens().length === 0)
      throw new Error(`the admin token has fewer than ${shortestToken} characters; make a longer one, of random ones`);
  };

  /** A file that is gone lets nobody in, and is no failure of the request. */
  private read(): string[] {
    try {
      return this.tokens();
    } catch {
      return [];
    }
  }

  private tokens(): string[] {
    return tokensOf(this.file());
  }
}
