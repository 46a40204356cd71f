import type { Secret } from '../../kit/config';
import type { Check } from '../../kit/readiness';
import type { Principal } from './principal';
import { digestOf, isSame } from './secret';

/** Shorter ones could be guessed. */
const shortest = 32;

/** The token with which everything begins: it lies in a file that is read again, so that it can be changed without a restart. */
export class AdminToken {
  constructor(private readonly file: Secret) {}

  /** Each line is one: while a new token is being handed out, the old one may stay. */
  principalOf(secret: string): Principal | undefined {
    const digest = digestOf(secret);
    const found = this.read().filter((token) => isSame(digestOf(token), digest));
    return found.length > 0 ? { name: 'admin token', role: 'admin' } : undefined;
  }

  readonly check: Check = async () => {
    if (this.tokens().length === 0)
      throw new Error(`the admin token has fewer than ${shortest} characters; make a longer one, of random ones`);
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
    return this.file()
      .split('\n')
      .map((line) => line.trim())
      .filter(({ length }) => length >= shortest);
  }
}
