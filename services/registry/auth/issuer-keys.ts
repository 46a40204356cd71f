import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { UnavailableError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import { getJson } from './get-json';

export interface IssuerProps {
  /** Base URL of the provider. */
  readonly issuer: string;
  /** @default - Node's own authorities */
  readonly caCertificate?: string | undefined;
  readonly log: Log;
}

const freshMs = 10 * 60_000;
/** Between two requests for keys, so that tokens with invented keys cannot make us ask without end. */
const pauseMs = { afterSuccess: 30_000, afterFailure: 2000 };

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * The public keys of an OpenID Connect provider. Kept, and asked for again every ten minutes or when a token names a key that is
 * not among them. While the provider is away, the keys that are known go on.
 */
export class IssuerKeys {
  private keys: ReturnType<typeof createLocalJWKSet> | undefined;
  private freshUntil = 0;
  private askAgainAt = 0;
  private problem = '';
  private asking: Promise<void> | undefined;

  constructor(private readonly props: IssuerProps) {}

  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.keys === undefined) await this.ask();
    else if (Date.now() > this.freshUntil) this.ask().catch(() => undefined);
    try {
      return await this.known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.ask();
      return this.known()(header, token);
    }
  };

  private known() {
    if (this.keys === undefined) throw new UnavailableError(this.problem);
    return this.keys;
  }

  private async ask(): Promise<void> {
    if (Date.now() < this.askAgainAt) {
      if (this.problem !== '') throw new UnavailableError(this.problem);
      return;
    }
    this.asking ??= this.fetch().finally(() => {
      this.asking = undefined;
    });
    await this.asking;
  }

  private async fetch(): Promise<void> {
    const { issuer, caCertificate, log } = this.props;
    try {
      const found = discovery.parse(
        await getJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, caCertificate),
      );
      if (found.issuer !== issuer) throw new Error(`it calls itself '${found.issuer}'; correct the issuer`);
      // What is no key set makes it throw.
      this.keys = createLocalJWKSet((await getJson(found.jwks_uri, caCertificate)) as { keys: [] });
      this.problem = '';
      this.freshUntil = Date.now() + freshMs;
      this.askAgainAt = Date.now() + pauseMs.afterSuccess;
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      this.problem = `the identity provider ${issuer} gives no keys: ${reason}`;
      this.askAgainAt = Date.now() + pauseMs.afterFailure;
      log.warn(this.problem);
      throw new UnavailableError(this.problem);
    }
  }
}
