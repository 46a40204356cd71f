import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadVersionError } from '../errors';
import type { Manifest } from './manifest';

/** As `sha256sum` writes it, beside the model: whoever logged it says what belongs to it. */
const sums = 'SHA256SUMS';
const line = /^([\da-f]{64}) [ *](?:\.\/)?(.+)$/;

/**
 * Compares what came with what was logged, for the files that `SHA256SUMS` names. Without it nothing is compared.
 * @throws BadVersionError when a file is another, or missing
 */
export async function checkSums(folder: string, files: Manifest['files']): Promise<void> {
  if (!files.some(({ path }) => path === sums)) return;
  const text = await readFile(join(folder, sums), 'utf8');
  for (const entry of text.split(/\r?\n/).filter((entry) => entry !== '')) {
    const [, wanted, name] = line.exec(entry) ?? [];
    if (name === undefined) throw new BadVersionError(`its ${sums} has a line that is none; write it by sha256sum`);
    const found = files.find(({ path }) => path === name);
    if (found?.sha256 !== wanted)
      throw new BadVersionError(
        `its file '${name}' is ${found ? 'another' : 'not there'}, by the checksum in ${sums}; log the model again`,
      );
  }
}
