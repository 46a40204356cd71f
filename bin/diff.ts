import { resolve } from 'node:path';
import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { undecided } from '../lib/review/diff/dangers';
import { type Diff, diffOf } from '../lib/review/diff/diff';
import { markdownStyle, plainStyle, printed } from '../lib/review/diff/print';
import { readOutput } from './output';

interface Options {
  readonly markdown?: true;
  readonly allow: readonly string[];
}

export const diffCommand = () =>
  new Command('diff')
    .description('says what it takes to get from one output of synth to another; exit code 2 when there are dangers')
    .argument('<before>', "folder that synth wrote, such as the main branch's")
    .argument('<after>', "folder that synth wrote, such as the pull request's")
    .option('--markdown', 'for a comment of a pull request')
    .option('--allow <address>', 'danger that you have decided on, may be repeated', collect, [])
    .action(compare);

const collect = (value: string, previous: readonly string[]) => [...previous, value];

/** @throws PlatformError for a folder that holds no output, and for an accepted danger that there is not */
function compare(before: string, after: string, { markdown, allow }: Options): void {
  const diff = diffOf(readOutput(resolve(before)), readOutput(resolve(after)));
  process.stdout.write(printed(diff, markdown ? markdownStyle : plainStyle, allow));
  const strangers = allow.filter((address) => !diff.dangers.some((danger) => danger.address === address));
  if (strangers.length > 0) throw strangerError(strangers, diff);
  if (undecided(diff.dangers, allow).length > 0) process.exitCode = 2;
}

const strangerError = (strangers: readonly string[], { dangers }: Diff) =>
  new PlatformError({
    what: '--allow names what is no danger of this change',
    got: strangers.map((address) => `'${address}'`).join(', '),
    do:
      dangers.length > 0
        ? `use ${dangers.map(({ address }) => `'${address}'`).join(', ')}, or leave it out`
        : 'leave it out: there are none',
  });
