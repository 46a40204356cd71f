import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ProgramError } from '../../../kit/errors';
import { BadVersionError, PassingError } from '../errors';
import type { FoundVersion } from '../mlflow/versions';
import { fetchFiles, type Origin } from './fetch';
import { filesFolder, type Manifest, verifiedManifest, writeManifest } from './manifest';

/** A version on this machine's disk. */
export interface CachedVersion {
  readonly id: string;
  readonly version: string;
  /** Of its files. */
  readonly folder: string;
  /** Of all its files, relative to the folder. */
  readonly files: readonly string[];
}

const lastServed = z.object({ id: z.string().regex(/^[\w-]+$/), version: z.string() });
const recordName = 'serving.json';
const incoming = /^incoming-(\d+)-/;

/**
 * Versions of one model URI on disk, in a folder of their own: `<version>-<hash>/files/…` with a manifest of checksums beside, and a
 * record of the version that served last. A version appears whole, by one rename; what a process that was killed has left goes away.
 */
export class VersionCache {
  private constructor(private readonly folder: string) {}

  /** @param key what is cached: other keys have other folders */
  static async open(directory: string, key: string): Promise<VersionCache> {
    const folder = join(directory, createHash('sha256').update(key).digest('hex').slice(0, 16));
    try {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const [, pid] = incoming.exec(name) ?? [];
        if (pid !== undefined && !isOther(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
      }
    } catch (error) {
      throw new ProgramError(
        `the cache of models cannot be used, got ${(error as Error).message}; set CACHE_DIR to a folder that may be written`,
      );
    }
    return new VersionCache(folder);
  }

  /** `undefined` when it is not there. One that is torn or changed is removed, and told. */
  async get(id: string, onBroken: () => void = () => {}): Promise<CachedVersion | undefined> {
    const folder = join(this.folder, id);
    if (!(await this.ids()).includes(id)) return undefined;
    const manifest = await verifiedManifest(folder);
    if (manifest !== undefined) return this.cached(id, manifest);
    onBroken();
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }

  async fetch({ id, version }: FoundVersion, origin: Origin): Promise<CachedVersion> {
    const coming = join(this.folder, `incoming-${process.pid}-${randomUUID()}`);
    try {
      await mkdir(coming);
      const manifest = { version, files: await fetchFiles(origin, join(coming, filesFolder)) };
      await writeManifest(coming, manifest);
      await rm(join(this.folder, id), { recursive: true, force: true });
      await rename(coming, join(this.folder, id));
      return this.cached(id, manifest);
    } catch (error) {
      await rm(coming, { recursive: true, force: true });
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof BadVersionError || code === undefined) throw error;
      throw new PassingError(`the cache of models cannot be written (${code}); make room below CACHE_DIR`);
    }
  }

  /** Remembers what a process that starts without the registry is to serve. */
  async remember({ id, version }: FoundVersion): Promise<void> {
    const draft = join(this.folder, `incoming-${process.pid}-${randomUUID()}`);
    await writeFile(draft, JSON.stringify({ id, version }));
    await rename(draft, join(this.folder, recordName));
  }

  /** The version that served last, in this process or one before. */
  async lastServed(): Promise<FoundVersion | undefined> {
    try {
      return lastServed.parse(JSON.parse(await readFile(join(this.folder, recordName), 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** Removes all versions but these. */
  async keepOnly(kept: readonly (string | undefined)[]): Promise<void> {
    for (const id of await this.ids())
      if (!kept.includes(id)) await rm(join(this.folder, id), { recursive: true, force: true });
  }

  private async ids(): Promise<string[]> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !incoming.test(entry.name)).map(({ name }) => name);
  }

  private cached(id: string, { version, files }: Manifest): CachedVersion {
    return { id, version, folder: join(this.folder, id, filesFolder), files: files.map(({ path }) => path) };
  }
}

/** Whether another process of this number runs. Ours has the number of one that was killed, in a container as a rule. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
