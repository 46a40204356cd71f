import type { Readable } from 'node:stream';
import { ServiceError } from './errors';
import type { Check } from './readiness';

/** One name in a folder. */
export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes; absent for a folder. */
  readonly size?: number;
}

export interface StoredObject {
  readonly body: Readable;
  /** Bytes. */
  readonly size: number;
}

/**
 * Objects by key, as S3 has them: `a/b/c.txt`, folders exist while something lies in them. Bodies are streams, so that memory does
 * not grow with the object. A key that is not clean is refused with 400, a store that is away or refuses us with 503.
 */
export interface ObjectStore {
  /** Writes the object whole or not at all: a body that ends with an error leaves what was there before. */
  put(key: string, body: Readable, size?: number): Promise<void>;
  /** `undefined` when there is no such object. */
  get(key: string): Promise<StoredObject | undefined>;
  /** What lies directly in a folder, by name; '' is the root, a folder that is not there is empty. */
  list(folder: string): Promise<Entry[]>;
  /** Removes the object and everything below it as a folder. Nothing there is not an error. */
  delete(key: string): Promise<void>;
  /** Readiness: may the service read here? */
  readonly check: Check;
  close(): void;
}

/** Segments of a key; refuses whatever could lead out of the store or be read differently by another server. */
export function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  const clean = segments.every((s) => s !== '' && !isDots(s) && !isDots(decoded(s)) && ![...s].some(isUnsafe));
  if (!clean) throw new ServiceError(400, 'INVALID_PARAMETER_VALUE', 'Invalid path');
  if (Buffer.byteLength(key) > 1000 || segments.some((s) => Buffer.byteLength(s) > 255))
    throw new ServiceError(
      400,
      'INVALID_PARAMETER_VALUE',
      'Invalid path: longer than 1000 bytes, or a name in it longer than 255',
    );
  return segments;
}

const isDots = (segment: string) => /(^|[/\\])\.\.?([/\\]|$)/.test(segment);

/** As a server reads it that decodes until nothing is encoded any more. Only ASCII matters here. */
function decoded(segment: string): string {
  const once = segment.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return once === segment ? segment : decoded(once);
}

const isUnsafe = (character: string) => character === '\\' || character < ' ' || character === '\u007f';

export const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
