import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { PlatformError } from '../lib/core/errors';
import { type ImageLock, readImageLock } from '../lib/core/images';

/** Adds digests to a lock, names sorted. A lock of another repository is refused: its images are not there. */
export function mergeLock(
  lock: ImageLock | undefined,
  repository: string,
  digests: Readonly<Record<string, string>>,
): ImageLock {
  if (lock && lock.repository !== repository)
    throw new PlatformError({
      what: `the lock file holds images of '${lock.repository}'`,
      got: `'${repository}' to push to`,
      do: 'push there, or keep one lock file per repository (--lock)',
    });
  const images = Object.entries({ ...lock?.images, ...digests }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { repository, images: Object.fromEntries(images) };
}

export const readLockIfAny = (path: string) => (existsSync(path) ? readImageLock(path) : undefined);

/** Writes beside the file and moves: an interrupted push leaves the old lock whole. */
export function writeLock(path: string, lock: ImageLock): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(lock, null, 2)}\n`);
  renameSync(temporary, path);
}
