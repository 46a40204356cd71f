import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { PlatformError } from '../lib/core/errors';

/** The servers as npm installed them. */
export interface ServicesFolder {
  readonly path: string;
  readonly version: string;
}

/**
 * @param what needs them, as the subject of a sentence
 * @throws PlatformError when the package is not installed where mlops runs
 */
export function servicesFolder(what = 'images are'): ServicesFolder {
  let manifest: string;
  try {
    manifest = createRequire(resolve('package.json')).resolve('mlops-services/package.json');
  } catch {
    throw new PlatformError({
      what: `${what} built from the package mlops-services`,
      got: `none that ${process.cwd()} can load`,
      do: "run 'npm install mlops-services', or run mlops in the folder of your project",
    });
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { path: dirname(manifest), version };
}

/**
 * The services to build: those that are named, else every one that is compiled.
 * @throws PlatformError with each that is not compiled
 */
export function chooseServices(folder: ServicesFolder, named: readonly string[]): string[] {
  const compiled = compiledServices(folder.path);
  const advice = `compile them first: 'npm run build -w services' (they belong in ${join(folder.path, 'dist')})`;
  if (compiled.length === 0)
    throw new PlatformError({ what: 'no service to build', got: 'none that is compiled', do: advice });
  const missing = named.filter((name) => !compiled.includes(name));
  if (missing.length > 0)
    throw new PlatformError(
      ...missing.map((name) => ({
        what: `service '${name}' is not there`,
        got: `compiled: ${compiled.join(', ')}`,
        do: `correct the name, or ${advice}`,
      })),
    );
  return named.length > 0 ? [...named] : compiled;
}

const compiledServices = (path: string) =>
  existsSync(join(path, 'dist'))
    ? readdirSync(join(path, 'dist'))
        .filter((name) => existsSync(join(path, 'dist', name, 'main.js')))
        .sort()
    : [];
