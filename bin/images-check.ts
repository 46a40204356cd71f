import { resolve } from 'node:path';
import { PlatformError } from '../lib/core/errors';
import { imageProblem, imagesIn } from '../lib/review/images';
import { type Builder, inspectLine, isInRegistry } from './builder';
import { readLockIfAny } from './image-lock';
import { chooseBuilder, type ImagesOptions } from './images-options';
import { readOutput } from './output';
import { tryCapture } from './process';

/**
 * Every image of the synthesized stacks is pinned, is the one that was pushed last, and is in its registry.
 * @throws PlatformError naming each that is not
 */
export function checkImages(options: ImagesOptions & { readonly output: string }): void {
  const { stacks, review } = readOutput(resolve(options.output));
  // third-party ones are of the version that their chart stands for
  const ofCharts = new Set(review.images?.flatMap(({ image, startedBy }) => (startedBy === undefined ? [] : image)));
  const images = [...new Set(Object.values(stacks).flatMap(imagesIn))].filter((image) => !ofCharts.has(image)).sort();
  const lock = readLockIfAny(options.lock);
  const unpinned = images.map((image) => imageProblem(image, lock)).filter((problem) => problem !== undefined);
  const pinned = images.filter((image) => image.includes('@'));
  const builder = pinned.length > 0 ? chooseBuilder(options, 'registry') : undefined;
  const absent = builder ? pinned.flatMap((image) => registryProblem(builder, image)) : [];
  const problems = [...unpinned, ...absent];
  if (problems.length > 0) throw new PlatformError(...problems);
  process.stdout.write(`${images.length} images, each by digest and in its registry\n`);
}

function registryProblem(builder: Builder, image: string): string[] {
  const result = tryCapture(inspectLine(builder, image));
  if (result && isInRegistry(result)) return [];
  const reason = result?.stderr.trim().split('\n').at(-1) ?? `no ${builder.name}`;
  return [
    `'${image}' cannot be read from its registry, got ${reason}; push it, or log in with '${builder.name} login'`,
  ];
}
