import { invalid } from '../protocol/errors';

const scheme = 'mlflow-artifacts:/';

/** The folder of the object store that a run's artifact URI names; its host, if any, says who proxies, not where it lies. */
export function folderOf(artifactUri: string): string {
  const [, path] = /^mlflow-artifacts:\/(?:\/[^/]*)?\/?(.*)$/.exec(artifactUri) ?? [];
  if (path === undefined || path === '')
    throw invalid(
      `Artifacts at '${artifactUri}' are not served here, only those below '${scheme}'; read them from there`,
    );
  return path;
}

/** Joins a folder and a path that a client gave; `undefined` and '' mean the folder itself. */
export const below = (folder: string, path: string | undefined) => [folder, path].filter((part) => part).join('/');

/** Clients name folders with and without a slash at the end. */
export const withoutEndSlash = (path: string) => path.replace(/\/+$/, '');
