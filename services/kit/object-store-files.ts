import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServiceError, UnavailableError } from './errors';
import { byName, type Entry, type ObjectStore, type StoredObject, segmentsOf } from './object-store';

/** Objects as files below one directory: for one machine, and for tests. */
export class FileObjectStore implements ObjectStore {
  private readonly objects: string;
  private readonly uploads: string;

  constructor(private readonly directory: string) {
    this.objects = join(directory, 'objects');
    this.uploads = join(directory, 'uploads');
  }

  async put(key: string, body: Readable): Promise<void> {
    const path = this.path(key);
    const upload = join(this.uploads, randomUUID());
    try {
      await mkdir(this.uploads, { recursive: true });
      await pipeline(body, createWriteStream(upload));
      await mkdir(dirname(path), { recursive: true });
      await rename(upload, path);
    } catch (error) {
      await rm(upload, { force: true });
      throw this.explain(error);
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const file = await open(this.path(key));
      const stats = await file.stat();
      if (stats.isFile()) return { size: stats.size, body: file.createReadStream() };
      await file.close();
      return undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw this.explain(error);
    }
  }

  async list(folder: string): Promise<Entry[]> {
    const path = folder === '' ? this.objects : this.path(folder);
    try {
      const names = await readdir(path, { withFileTypes: true });
      const entries = names.map(async (entry): Promise<Entry> => {
        if (entry.isDirectory()) return { name: entry.name, isFolder: true };
        return { name: entry.name, isFolder: false, size: (await stat(join(path, entry.name))).size };
      });
      return (await Promise.all(entries)).sort(byName);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw this.explain(error);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.path(key);
    try {
      await rm(path, { recursive: true, force: true });
      for (let folder = dirname(path); folder !== this.objects; folder = dirname(folder)) await rmdir(folder);
    } catch (error) {
      if (isAbsent(error) || codeOf(error) === 'ENOTEMPTY') return;
      throw this.explain(error);
    }
  }

  readonly check = async (): Promise<void> => {
    try {
      await mkdir(this.objects, { recursive: true });
      await access(this.directory, constants.R_OK | constants.W_OK);
    } catch (error) {
      throw this.explain(error);
    }
  };

  close(): void {}

  private path(key: string): string {
    return join(this.objects, ...segmentsOf(key));
  }

  /** A file stands where the key needs a folder, or the other way round: the key's fault. All else is the disk's. */
  private explain(error: unknown): unknown {
    const code = codeOf(error);
    if (['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes(code))
      return new ServiceError(400, 'INVALID_PARAMETER_VALUE', 'Invalid path: it names a folder and an object at once');
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return new ServiceError(
        507,
        'RESOURCE_EXHAUSTED',
        `the volume of ${this.directory} is full (${code}); make room`,
      );
    if (['EACCES', 'EPERM', 'EROFS', 'EIO', 'EMFILE', 'ENOENT'].includes(code))
      return new UnavailableError(
        `objects in ${this.directory} cannot be used (${code}); check the volume and its owner`,
        { cause: error },
      );
    return error;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';
const isAbsent = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
