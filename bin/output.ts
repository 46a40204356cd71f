import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../lib/core/errors';
import type { Review } from '../lib/core/notes';
import type { Output, StackJson } from '../lib/review/output';

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));

/** @throws PlatformError when nothing was synthesized into the folder */
export function readOutput(folder: string): Output {
  const manifestFile = join(folder, 'manifest.json');
  if (!existsSync(manifestFile))
    throw new PlatformError({
      what: `'${folder}' holds no stacks`,
      got: 'no manifest.json',
      do: "run 'mlops synth', or name the folder that it wrote",
    });
  const manifest = read<{ stacks: Record<string, { name: string; synthesizedStackPath: string }> }>(manifestFile);
  const reviewFile = join(folder, 'review.json');
  const written: Partial<Review> = existsSync(reviewFile) ? read(reviewFile) : {};
  const review: Review = { stacks: [], notes: [], pools: [], ...written };
  // an app that is no PlatformApp says nothing of their order
  const order = ({ name }: { readonly name: string }) =>
    review.stacks.includes(name) ? review.stacks.indexOf(name) : Infinity;
  const stacks = Object.values(manifest.stacks)
    .sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
    .map(({ name, synthesizedStackPath }) => [name, read<StackJson>(join(folder, synthesizedStackPath))] as const);
  return { folder, stacks: Object.fromEntries(stacks), review };
}
