import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BadVersionError, PassingError } from '../errors';
import type { MlflowArtifacts, RemoteFile } from '../mlflow/artifacts';
import { MlflowRefusal } from '../mlflow/client';
import { checkSums } from './checksums';
import type { Manifest } from './manifest';

const mebibyte = 1024 * 1024;

/** Where the files of a version are, and how much of them may come. */
export interface Origin {
  readonly artifacts: MlflowArtifacts;
  readonly location: string;
  readonly maxMib: number;
  readonly cut: AbortSignal;
}

/**
 * Fetches all files into a folder. Memory holds a chunk of one file at a time.
 * @throws BadVersionError when they are larger than allowed (before anything is fetched where the registry says their sizes), or not
 * what `SHA256SUMS` among them says
 */
export async function fetchFiles(origin: Origin, folder: string): Promise<Manifest['files']> {
  const { artifacts, location, maxMib, cut } = origin;
  const listed = await artifacts.list(location, cut);
  const total = listed.reduce((sum, { size = 0 }) => sum + size, 0);
  if (total > maxMib * mebibyte) throw tooLarge(`${Math.ceil(total / mebibyte)} MiB`, maxMib);
  const files: Manifest['files'][number][] = [];
  let left = maxMib * mebibyte;
  for (const file of listed) {
    const path = file.path || (location.split('/').at(-1) ?? '');
    const { size, sha256 } = await fetchFile(origin, file, join(folder, path), left);
    if (file.size !== undefined && size !== file.size)
      throw new PassingError(`file '${path}' came with ${size} bytes instead of ${file.size}; it is fetched again`);
    left -= size;
    files.push({ path, size, sha256 });
  }
  await checkSums(folder, files);
  return files;
}

async function fetchFile({ artifacts, location, maxMib, cut }: Origin, file: RemoteFile, to: string, most: number) {
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw tooLarge('more', maxMib);
      hash.update(chunk);
      yield chunk;
    }
  };
  try {
    await mkdir(dirname(to), { recursive: true });
    await pipeline(artifacts.read(location, file, cut), counted, createWriteStream(to));
  } catch (error) {
    if (!(error instanceof MlflowRefusal)) throw error;
    throw new BadVersionError(`its file '${file.path || location}' cannot be read: ${error.message}`);
  }
  return { size, sha256: hash.digest('hex') };
}

const tooLarge = (got: string, maxMib: number) =>
  new BadVersionError(
    `its files are larger than ${maxMib} MiB together, got ${got}; log fewer files, or raise MAX_MODEL_MIB`,
  );
