import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { imageList } from '../lib/review/image-list';
import { table } from '../lib/review/table';
import { type Builder, buildLine, digestOf, pushLine, repoDigestsLine } from './builder';
import { mergeLock, readLockIfAny, writeLock } from './image-lock';
import { checkImages } from './images-check';
import { chooseBuilder, chooseRepository, type ImagesOptions, imagesSubcommand } from './images-options';
import { readOutput } from './output';
import { capture, show } from './process';
import { chooseServices, servicesFolder } from './services';

export const imagesCommand = () =>
  new Command('images')
    .description('the images of the services that a platform runs')
    .addCommand(
      ofServices('build', 'builds images by docker, podman or buildah')
        .option('--base <image>', 'image to build on (default: distroless Node 24, named in the Dockerfile)')
        .action(build),
    )
    .addCommand(ofServices('push', 'pushes built images and writes their digests into the lock file').action(push))
    .addCommand(
      new Command('list')
        .description('every image of the synthesized stacks, also those that charts start: version, licence, by what')
        .option('--output <dir>', 'folder of the synthesized stacks', 'cdktf.out')
        .addOption(
          new Option('--format <format>', 'for people or for programs').choices(['text', 'json']).default('text'),
        )
        .action(list),
    )
    .addCommand(
      imagesSubcommand('check', 'every image of the synthesized stacks is pinned, pushed last, and in its registry')
        .option('--output <dir>', 'folder of the synthesized stacks', 'cdktf.out')
        .action(checkImages),
    );

/** @param format `json` for programs, as the lines of `text` for people */
function list({ output, format }: { readonly output: string; readonly format: string }): void {
  const images = imageList(readOutput(resolve(output)));
  const rows = images.map(({ image, version, licence, by }) => [image, version, licence ?? 'yours', by.join(', ')]);
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(images, null, 2)}\n`
      : `${table(['image', 'version', 'licence', 'by'], rows)}\n`,
  );
}

const ofServices = (name: string, description: string) =>
  imagesSubcommand(name, description)
    .argument('[names...]', 'services (default: all that are compiled)')
    .option('--repository <path>', 'registry host and path, such as ghcr.io/acme (default: the one in the lock file)')
    .option('--tag <tag>', 'tag (default: the version of mlops-services)');

function build(named: readonly string[], options: ImagesOptions & { readonly base?: string }): void {
  const folder = servicesFolder();
  const repository = chooseRepository(options);
  const builder = chooseBuilder(options, 'images');
  for (const service of chooseServices(folder, named)) {
    const reference = `${repository}/${service}:${options.tag ?? folder.version}`;
    show(buildLine(builder, { reference, service, base: options.base, context: folder.path }));
    process.stdout.write(`built ${reference}\n`);
  }
}

function push(named: readonly string[], options: ImagesOptions): void {
  const folder = servicesFolder();
  const repository = chooseRepository(options);
  const builder = chooseBuilder(options, 'images');
  mergeLock(readLockIfAny(options.lock), repository, {});
  for (const service of chooseServices(folder, named)) {
    const reference = `${repository}/${service}:${options.tag ?? folder.version}`;
    const digest = pushImage(builder, reference);
    // after each image: what is pushed is locked, also when the next one fails
    writeLock(options.lock, mergeLock(readLockIfAny(options.lock), repository, { [service]: digest }));
    process.stdout.write(`pushed ${reference}@${digest}\n`);
  }
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
