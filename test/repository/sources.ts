import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(__dirname, '../..');

export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** TypeScript of ours below the given folders; nothing that is built or installed. */
export function sources(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) => files(join(root, folder), '.ts')).map(read);
}

export const read = (file: string): Source => ({ path: relative(root, file), text: readFileSync(file, 'utf8') });

export function files(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'charts'].includes(entry.name) ? [] : files(path, extension);
    return entry.name.endsWith(extension) ? [path] : [];
  });
}
