import { Command, Option } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { type Builder, type BuilderName, builderNames, probeLine } from './builder';
import { readLockIfAny } from './image-lock';
import { tryCapture } from './process';

export interface ImagesOptions {
  readonly lock: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly builder?: BuilderName;
  readonly builderArg: readonly string[];
  readonly builderGlobalArg: readonly string[];
}

/** A subcommand with the options that all of `mlops images` share. */
export function imagesSubcommand(name: string, description: string): Command {
  const collect = (value: string, previous: readonly string[]) => [...previous, value];
  return new Command(name)
    .description(description)
    .option('--lock <file>', 'file that holds the digests', 'images.lock.json')
    .addOption(new Option('--builder <name>', 'program to use (default: the first that works)').choices(builderNames))
    .option('--builder-arg <arg>', "argument after the builder's subcommand, may be repeated", collect, [])
    .option('--builder-global-arg <arg>', "argument before the builder's subcommand, may be repeated", collect, []);
}

/** The builder that the user chose, else the first that works. */
export function chooseBuilder(
  { builder, builderArg, builderGlobalArg }: ImagesOptions,
  use: 'images' | 'registry',
): Builder {
  const candidates = builder ? [builder] : builderNames;
  const name = candidates.find((candidate) => tryCapture(probeLine(candidate, use))?.status === 0);
  if (name) return { name, args: builderArg, globalArgs: builderGlobalArg };
  throw new PlatformError({
    what: 'images need one of docker, podman and buildah',
    got: `none of ${candidates.join(', ')} works here`,
    do: 'install one (docker also needs its daemon), or choose another by --builder',
  });
}

/** Registry host and path: what the user says, else what the lock file holds. */
export function chooseRepository({ repository, lock }: ImagesOptions): string {
  const chosen = repository ?? readLockIfAny(lock)?.repository;
  if (chosen !== undefined) return chosen.replace(/\/+$/, '');
  throw new PlatformError({
    what: 'images need a registry',
    got: `no --repository and no ${lock}`,
    do: 'say where they go: --repository ghcr.io/acme',
  });
}
