import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Tells our tokens from others, also to scanners that look for lost secrets. */
const prefix = 'mlops_';
const bytes = 32;
const form = /^mlops_[A-Za-z0-9_-]{43}$/;

/** 256 random bits, as text for a header. */
export const newSecret = () => prefix + randomBytes(bytes).toString('base64url');

export const isOurs = (secret: string) => form.test(secret);

/**
 * What is kept of a token. A slow hash such as bcrypt protects passwords, which can be guessed: 256 random bits cannot, so one
 * round of SHA-256 is enough, and each request can afford it.
 */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Takes as long for a wrong secret as for the right one. */
export const isSame = (a: Buffer, b: Buffer) => timingSafeEqual(a, b);
