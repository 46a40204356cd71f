import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({
  version: z.string(),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
});

/** What was fetched of a version: its files below the folder `files`, and what was in them. */
export type Manifest = z.infer<typeof manifest>;

export const filesFolder = 'files';

const fileOf = (folder: string) => join(folder, 'manifest.json');

export const writeManifest = (folder: string, content: Manifest) => writeFile(fileOf(folder), JSON.stringify(content));

/** `undefined` when a file is missing, torn or changed. Reads all of them. */
export async function verifiedManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const content = manifest.parse(JSON.parse(await readFile(fileOf(folder), 'utf8')));
    for (const { path, sha256 } of content.files)
      if ((await sha256Of(join(folder, filesFolder, path))) !== sha256) return undefined;
    return content;
  } catch {
    return undefined;
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
