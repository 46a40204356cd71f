import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly pair: Awaited<ReturnType<typeof generateKeyPair>>;
}

/** An OpenID Connect provider as far as resource servers see it: discovery, keys, and tokens that it signs. */
export class IdentityProvider {
  /** How often its keys were asked for. */
  asked = 0;
  /** What it answers instead of keys. */
  failing: number | undefined;
  private keys: Key[] = [];
  private port = 0;
  private server: Server | undefined;

  get issuer(): string {
    return `http://127.0.0.1:${this.port}/realm`;
  }

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      const answer = (body: unknown) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      if (this.failing !== undefined) response.writeHead(this.failing).end();
      else if (request.url === '/realm/.well-known/openid-configuration')
        answer({ issuer: this.issuer, jwks_uri: `${this.issuer}/keys` });
      else if (request.url === '/realm/keys') {
        this.asked++;
        Promise.all(
          this.keys.map(async ({ kid, alg, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })),
        ).then((keys) => answer({ keys }));
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  async newKey(kid: string, alg = 'RS256'): Promise<Key> {
    const key = { kid, alg, pair: await generateKeyPair(alg, { extractable: true }) };
    this.keys.push(key);
    return key;
  }

  /** From now on it publishes these only. */
  publish(...keys: Key[]): void {
    this.keys = keys;
  }

  token({ kid, alg, pair }: Key, claims: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.issuer, aud: 'mlops', sub: 'u1', exp: now + 300, groups: ['engineers'] };
    return new SignJWT({ ...usual, ...claims } as JWTPayload).setProtectedHeader({ alg, kid }).sign(pair.privateKey);
  }
}
