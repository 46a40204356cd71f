import { randomBytes } from 'node:crypto';

/** Tells our tokens from others, also to scanners that look for lost secrets. */
const prefix = 'mlops_';
const bytes = 32;
const form = /^mlops_[A-Za-z0-9_-]{43}$/;

/** 256 random bits, as text for a header. */
export const newSecret = () => prefix + randomBytes(bytes).toString('base64url');

export const isOurs = (secret: string) => form.test(secret);
