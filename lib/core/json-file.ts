import { existsSync, readFileSync } from 'node:fs';
import { PlatformError } from './errors';

/** A file that a user names, and what to do where it is not what it should be. */
export interface JsonFile {
  readonly path: string;
  /** What it is called in errors: `preset file`. */
  readonly name: string;
  /** What to do where there is none. */
  readonly missing: string;
  /** What to do where it is not JSON. */
  readonly broken: string;
}

/** @throws PlatformError when there is no such file, or it is not JSON */
export function readJson({ path, name, missing, broken }: JsonFile): unknown {
  if (!existsSync(path))
    throw new PlatformError({ what: `${name} '${path}' is missing`, got: 'no such file', do: missing });
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new PlatformError({ what: `${name} '${path}' is not JSON`, got: (error as Error).message, do: broken });
  }
}
