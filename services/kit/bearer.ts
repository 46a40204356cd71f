import { createHash, timingSafeEqual } from 'node:crypto';

/** The token of a header `authorization: Bearer …`; `undefined`: it holds none. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** Characters of a token that somebody else has made: shorter ones could be guessed. */
export const shortestToken = 32;

/** Tokens of a file, one a line: while a new one is being handed out, the old one may stay. Too short ones are none. */
export const tokensOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(({ length }) => length >= shortestToken);

/**
 * What is kept of a token. A slow hash such as bcrypt protects passwords, which can be guessed: random bits cannot, so one round of
 * SHA-256 is enough, and each request can afford it.
 */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Compares with each, whichever fits, so that the time says nothing. */
export const isAmong = (digest: Buffer, digests: readonly Buffer[]): boolean =>
  digests.filter((one) => timingSafeEqual(one, digest)).length > 0;
