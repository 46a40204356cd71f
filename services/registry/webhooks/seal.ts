import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '../../kit/config';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Keeps the secrets of webhooks so that the database alone does not give them away. The key is made from each line of a file; the
 * first line seals, all of them open: a new key is put before the old one.
 */
export class Seal {
  constructor(private readonly file: Secret) {}

  /** `of` is what the secret belongs to: it cannot be opened as another's. */
  close(secret: string, of: string): Buffer {
    const [key] = this.keys();
    if (key === undefined) throw new Error('there is no key that could seal a secret');
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(of));
    return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** `undefined`: no key that is there opens it. */
  open(sealed: Buffer, of: string): string | undefined {
    const nonce = sealed.subarray(0, nonceBytes);
    const tag = sealed.subarray(-tagBytes);
    for (const key of this.keys()) {
      try {
        const decipher = createDecipheriv(algorithm, key, nonce).setAAD(Buffer.from(of)).setAuthTag(tag);
        const secret = decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8');
        return secret + decipher.final('utf8');
      } catch {
        // sealed with another key
      }
    }
    return undefined;
  }

  /** @throws Error when the file is gone, or holds nothing */
  check(): void {
    if (this.keys().length === 0) throw new Error('the key for the secrets of webhooks is empty');
  }

  private keys(): Buffer[] {
    const lines = this.file().split('\n');
    const texts = lines.map((line) => line.trim()).filter((line) => line !== '');
    return texts.map((text) => Buffer.from(hkdfSync('sha256', text, '', 'mlops registry webhooks', 32)));
  }
}
