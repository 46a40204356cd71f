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
      do: "run 'mlops synth', or name its folder by --output",
    });
  const manifest = read<{ stacks: Record<string, { name: string; synthesizedStackPath: string }> }>(manifestFile);
  const stacks = Object.values(manifest.stacks).map(
    ({ name, synthesizedStackPath }) => [name, read<StackJson>(join(folder, synthesizedStackPath))] as const,
  );
  const reviewFile = join(folder, 'review.json');
  const review = existsSync(reviewFile) ? read<Review>(reviewFile) : { notes: [], pools: [] };
  return { folder, stacks: Object.fromEntries(stacks), review };
}
