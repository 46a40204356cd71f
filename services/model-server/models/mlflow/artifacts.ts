import { z } from 'zod';
import { BadVersionError } from '../errors';
import { type MlflowClient, MlflowRefusal } from './client';

/** A file of a version. */
export interface RemoteFile {
  /** Below the version's folder, with `/`. */
  readonly path: string;
  /** Bytes; `undefined` where the registry does not say. */
  readonly size: number | undefined;
}

const listing = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        is_dir: z.boolean().optional(),
        // MLflow writes 64-bit numbers as text
        file_size: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
      }),
    )
    .default([]),
});

const proxy = '/api/2.0/mlflow-artifacts/artifacts';
const mostFiles = 10_000;
const deepest = 32;

/** Files of versions, through the registry's artifact proxy: a server of models needs no key of any bucket. */
export class MlflowArtifacts {
  constructor(private readonly client: MlflowClient) {}

  /**
   * All files below a location.
   * @throws BadVersionError when the registry does not serve that place, there is nothing, or a name leads out of it
   */
  async list(location: string, cut: AbortSignal): Promise<RemoteFile[]> {
    const root = this.folderOf(location);
    const files = await this.below(root, '', cut, 0);
    if (files.length > 0) return files;
    // A version may also be made from one file, which as a folder is empty.
    const name = root.split('/').at(-1) ?? '';
    if (name.endsWith('.onnx')) return [{ path: '', size: undefined }];
    throw new BadVersionError(`there are no files at ${location}; log the model again`);
  }

  read(location: string, file: RemoteFile, cut: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const key = [this.folderOf(location), file.path].filter((part) => part !== '').join('/');
    return this.client.download(`${proxy}/${key.split('/').map(encodeURIComponent).join('/')}`, cut);
  }

  private async below(root: string, folder: string, cut: AbortSignal, depth: number): Promise<RemoteFile[]> {
    if (depth > deepest) throw new BadVersionError(`its folders are nested deeper than ${deepest}; log it again`);
    const path = folder === '' ? root : `${root}/${folder}`;
    const { files } = await this.client.get(proxy, { path }, listing, cut).catch((error) => {
      if (error instanceof MlflowRefusal) throw new BadVersionError(`its files cannot be listed: ${error.message}`);
      throw error;
    });
    const found: RemoteFile[] = [];
    for (const { path: name, is_dir: isFolder, file_size: size } of files) {
      if (!isName(name)) throw new BadVersionError(`a file of it is named '${name}', which leads elsewhere`);
      const inner = folder === '' ? name : `${folder}/${name}`;
      if (isFolder) found.push(...(await this.below(root, inner, cut, depth + 1)));
      else found.push({ path: inner, size: size ?? undefined });
      if (found.length > mostFiles)
        throw new BadVersionError(`it has more than ${mostFiles} files; log the model without them`);
    }
    return found;
  }

  /** A host in the URI says who proxies. Only the registry itself is asked: others would be shown its token. */
  private folderOf(location: string): string {
    const [, host = '', path = ''] = /^mlflow-artifacts:\/(?:\/([^/]*))?\/*(.*?)\/*$/.exec(location) ?? [];
    const isOurs = host === '' || host === new URL(this.client.base).host;
    if (isOurs && path.split('/').every(isName)) return path;
    throw new BadVersionError(
      `its files lie at ${location}, which the registry does not serve; log it to an experiment whose artifacts lie below mlflow-artifacts:/`,
    );
  }
}

/** Of one file or folder, on any system. */
const isName = (name: string) => name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
