import { bearerOf, digestOf, isAmong, shortestToken, tokensOf } from '../../kit/bearer';
import type { Secret } from '../../kit/config';
import { ProgramError, ServiceError } from '../../kit/errors';
import type { Check } from '../../kit/readiness';

/** Says whether a caller may come in. The same for REST and gRPC, which have one `authorization` header. */
export interface Authorizer {
  /** @throws ServiceError 401 */
  authorize(authorization: string | undefined): void;
  readonly check: Check;
}

/** @throws ProgramError when tokens are required and there is no file of them */
export function authorizerOf(config: {
  readonly mode: 'none' | 'required';
  readonly tokens?: Secret | undefined;
}): Authorizer | undefined {
  if (config.mode === 'none') return undefined;
  if (config.tokens) return new BearerTokens(config.tokens);
  throw new ProgramError(
    "AUTH_MODE is 'required', got no tokens; name their file by AUTH_TOKENS_FILE, or set AUTH_MODE to 'none'",
  );
}

/** How long a token that was taken out of the file is still let in. */
const rereadMs = 1000;

/** Tokens of a file, one a line. The file is read again once a second, and for each token that it did not have. */
export class BearerTokens implements Authorizer {
  private digests: readonly Buffer[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly file: Secret) {}

  authorize(authorization: string | undefined): void {
    const token = bearerOf(authorization);
    if (token === undefined) throw refused('this server asks for a token: authorization: Bearer …');
    const digest = digestOf(token);
    if (performance.now() - this.readAt < rereadMs && isAmong(digest, this.digests)) return;
    this.read();
    if (!isAmong(digest, this.digests)) throw refused('the token is not one of this server');
  }

  readonly check: Check = async () => {
    this.read();
    if (this.digests.length === 0)
      throw new Error(
        `the file of tokens has none of ${shortestToken} characters or more; put one there, of random ones`,
      );
  };

  /** A file that is gone lets nobody in, and is no failure of the request. */
  private read(): void {
    this.readAt = performance.now();
    try {
      this.digests = tokensOf(this.file()).map(digestOf);
    } catch {
      this.digests = [];
    }
  }
}

const refused = (message: string) => new ServiceError(401, 'UNAUTHENTICATED', message);
