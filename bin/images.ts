import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { PlatformError } from '../lib/core/errors';
import type { ImageLock } from '../lib/core/images';
import { imageProblem, imagesIn } from '../lib/review/images';
import {
  type Builder,
  type BuilderName,
  builderNames,
  buildLine,
  digestOf,
  inspectLine,
  probeLine,
  pushLine,
  repoDigestsLine,
} from './builder';
import { mergeLock, readLockIfAny, writeLock } from './image-lock';
import { readOutput } from './output';
import { capture, show, tryCapture } from './process';
import { chooseServices, servicesFolder } from './services';

interface Options {
  readonly lock: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly base?: string;
  readonly output: string;
  readonly builder?: BuilderName;
  readonly builderArg: readonly string[];
  readonly builderGlobalArg: readonly string[];
}

export function imagesCommand(): Command {
  const names = () => new Argument('[names...]', 'services (default: all that are compiled)');
  return new Command('images')
    .description('the images of the services that a platform runs')
    .addCommand(
      withOptions('build', 'builds images; the program that builds is docker, podman or buildah')
        .addArgument(names())
        .option('--base <image>', 'image to build on (default: distroless Node 24, named in the Dockerfile)')
        .action(build),
    )
    .addCommand(
      withOptions('push', 'pushes built images and writes their digests into the lock file')
        .addArgument(names())
        .action(push),
    )
    .addCommand(
      withOptions(
        'check',
        'every image of the synthesized stacks is pinned, is the one that was pushed last, and is in its registry',
      )
        .option('--output <dir>', 'folder of the synthesized stacks', 'cdktf.out')
        .action(check),
    );
}

const collect = (value: string, previous: readonly string[]) => [...previous, value];

function withOptions(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--lock <file>', 'file that holds the digests', 'images.lock.json')
    .option('--repository <path>', 'registry host and path, such as ghcr.io/acme (default: the one in the lock file)')
    .option('--tag <tag>', 'tag (default: the version of mlops-services)')
    .addOption(new Option('--builder <name>', 'program to use (default: the first that works)').choices(builderNames))
    .option('--builder-arg <arg>', "argument after the builder's subcommand, may be repeated", collect, [])
    .option('--builder-global-arg <arg>', "argument before the builder's subcommand, may be repeated", collect, []);
}

function build(named: readonly string[], options: Options): void {
  const folder = servicesFolder();
  const { repository, builder, tag } = settings(options, folder.version);
  for (const service of chooseServices(folder, named)) {
    const reference = `${repository}/${service}:${tag}`;
    show(buildLine(builder, { reference, service, base: options.base, context: folder.path }));
    process.stdout.write(`built ${reference}\n`);
  }
}

function push(named: readonly string[], options: Options): void {
  const folder = servicesFolder();
  const { repository, builder, tag, lock } = settings(options, folder.version);
  mergeLock(lock, repository, {});
  for (const service of chooseServices(folder, named)) {
    const reference = `${repository}/${service}:${tag}`;
    const digest = pushImage(builder, reference);
    // after each image: what is pushed is locked, also when the next one fails
    writeLock(options.lock, mergeLock(readLockIfAny(options.lock), repository, { [service]: digest }));
    process.stdout.write(`pushed ${reference}@${digest}\n`);
  }
}

function check(options: Options): void {
  const { stacks } = readOutput(resolve(options.output));
  const images = [...new Set(Object.values(stacks).flatMap(imagesIn))].sort();
  const lock = readLockIfAny(options.lock);
  const pinning = images.map((image) => imageProblem(image, lock)).filter((problem) => problem !== undefined);
  const pinned = images.filter((image) => image.includes('@'));
  const builder = pinned.length > 0 ? chooseBuilder(options) : undefined;
  const absent = builder ? pinned.flatMap((image) => registryProblem(builder, image)) : [];
  const problems = [...pinning, ...absent];
  if (problems.length > 0) throw new PlatformError(...problems);
  process.stdout.write(`${images.length} images, each by digest and in its registry\n`);
}

function settings(
  options: Options,
  version: string,
): { repository: string; tag: string; builder: Builder; lock: ImageLock | undefined } {
  const lock = readLockIfAny(options.lock);
  const repository = options.repository ?? lock?.repository;
  if (repository === undefined)
    throw new PlatformError({
      what: 'images need a registry',
      got: `no --repository and no ${options.lock}`,
      do: 'say where they go: --repository ghcr.io/acme',
    });
  return {
    repository: repository.replace(/\/+$/, ''),
    tag: options.tag ?? version,
    builder: chooseBuilder(options),
    lock,
  };
}

function chooseBuilder({ builder, builderArg, builderGlobalArg }: Options): Builder {
  const candidates = builder ? [builder] : builderNames;
  const name = candidates.find((candidate) => tryCapture(probeLine(candidate))?.status === 0);
  if (!name)
    throw new PlatformError({
      what: 'building images needs one of docker, podman and buildah',
      got: `none of ${candidates.join(', ')} works here`,
      do: 'install one (docker also needs its daemon), or choose another by --builder',
    });
  return { name, args: builderArg, globalArgs: builderGlobalArg };
}

function pushImage(builder: Builder, reference: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-push-'));
  try {
    const digestFile = join(folder, 'digest');
    show(pushLine(builder, reference, digestFile));
    if (builder.name !== 'docker') return readFileSync(digestFile, 'utf8').trim();
    const digests = capture(repoDigestsLine(builder, reference));
    const digest = digestOf(reference, digests);
    if (digest) return digest;
    throw new PlatformError({
      what: `docker does not say the digest of '${reference}'`,
      got: digests.trim(),
      do: 'push it again',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function registryProblem(builder: Builder, image: string): string[] {
  const result = tryCapture(inspectLine(builder, image));
  if (result?.status === 0) return [];
  const reason = result?.stderr.trim().split('\n').at(-1) ?? `no ${builder.name}`;
  return [
    `'${image}' cannot be read from its registry, got ${reason}; push it, or log in with '${builder.name} login'`,
  ];
}
