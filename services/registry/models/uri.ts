import { posix } from 'node:path';
import { invalid } from '../protocol/errors';

/** The parts of a URI, as text; a path without a scheme is one too. */
export interface Uri {
  /** In lower case; '' for a path. */
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

export function uriOf(text: string): Uri {
  const [, scheme = '', authority = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/i.exec(text) ?? [];
  return { scheme: scheme.toLowerCase(), authority, path };
}

/** Paths, and `file:` URIs of this host: they name files of whoever reads them. */
export function isLocal(text: string): boolean {
  const { scheme, authority } = uriOf(text);
  if (scheme !== 'file') return scheme === '';
  const host = authority.toLowerCase();
  if (host === '' || host === '.' || host.startsWith('localhost') || host.startsWith('127.0.0.1')) return true;
  throw invalid(`${text} is not a valid remote uri. For remote access, use another scheme, such as s3.`);
}

/** Whether one URI is the other or lies below it. Encoded slashes and dots count as what they decode to. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [uriOf(inner), uriOf(outer)];
  const [path, root] = [partsOf(a.path), partsOf(b.path)];
  return (
    a.scheme === b.scheme &&
    a.authority.toLowerCase() === b.authority.toLowerCase() &&
    root.length > 0 &&
    root.every((part, index) => path[index] === part)
  );
}

/** The same for paths, and for `file:` URIs. */
export const isWithinFolder = (inner: string, outer: string) => {
  const relative = posix.relative(posix.normalize(uriOf(outer).path), posix.normalize(uriOf(inner).path));
  return relative !== '..' && !relative.startsWith('../');
};

/** Refuses what is no absolute path, and what leads out of a folder however it is encoded. */
export function checkAbsolute(source: string): void {
  const decoded = decode(source, true);
  const path = uriOf(decoded).path.replace(/\/+$/, '').replace(/\/+/g, '/');
  if (
    decoded.split('/').includes('..') ||
    !path.startsWith('/') ||
    path.includes('\0') ||
    posix.normalize(path) !== path
  )
    throw invalid(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
        'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
        'present. Please provide an absolute path.',
    );
}

const partsOf = (path: string) =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decode(part, false));

/** Until nothing is encoded any more. Bytes stand for characters: only ASCII ones matter to the checks. */
function decode(text: string, plusIsSpace: boolean): string {
  const spaced = plusIsSpace ? text.replaceAll('+', ' ') : text;
  const decoded = spaced.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decoded === text ? text : decode(decoded, plusIsSpace);
}

/** What a `models:/` URI asks for. */
export type ModelUri =
  | { readonly loggedModelId: string }
  | { readonly name: string; readonly version: string }
  | { readonly name: string; readonly alias: string }
  | { readonly name: string; readonly stage: string | undefined };

/** `undefined`: it is no such URI. */
export function modelUriOf(text: string): ModelUri | undefined {
  const { path } = uriOf(text);
  if (!path.startsWith('/')) return undefined;
  const [name = '', suffix, ...more] = path.replace(/^\/+/, '').split('/');
  if (name.trim() === '' || more.length > 0) return undefined;
  if (suffix !== undefined) {
    if (suffix.trim() === '') return undefined;
    if (/^\d+$/.test(suffix)) return { name, version: suffix };
    return { name, stage: suffix.toLowerCase() === 'latest' ? undefined : suffix };
  }
  const at = name.lastIndexOf('@');
  if (at < 0) return { loggedModelId: name };
  const alias = name.slice(at + 1);
  return alias.trim() === '' ? undefined : { name: name.slice(0, at), alias };
}
