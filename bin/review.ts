import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { rules, ruleTable, violations } from '../lib/review/rules';
import { readOutput } from './output';

interface Options {
  readonly output: string;
  readonly skip: Readonly<Record<string, string>>;
  readonly list?: true;
}

export const reviewCommand = () =>
  new Command('review')
    .description('checks what mlops synth wrote against the review rules; exits with 1 on any finding')
    .option('--output <dir>', 'folder of the stacks', 'cdktf.out')
    .option('--skip <ID=reason>', 'accepts what a rule finds, may be repeated', skipped, {})
    .option('--list', 'prints the rules, and checks nothing')
    .action(review);

function review({ output, skip, list }: Options): void {
  if (list) {
    process.stdout.write(`${ruleTable()}\n`);
    return;
  }
  const { stacks } = readOutput(resolve(output));
  const found = violations(stacks);
  const accepted = Object.entries(skip).map(([id, reason]) => {
    const count = found.filter(({ rule }) => rule.id === id).length;
    return `skipped: ${id} (${count} found): ${reason}\n`;
  });
  process.stdout.write(accepted.join(''));
  const rest = found.filter(({ rule }) => !(rule.id in skip));
  if (rest.length > 0)
    throw new PlatformError(
      ...rest.map(({ rule, what, path, address }) => `${rule.id} ${what}; ${rule.why} (${path}, ${address})`),
    );
  process.stdout.write(
    `${rules.length - accepted.length} rules, nothing found in ${Object.keys(stacks).length} stacks\n`,
  );
}

function skipped(value: string, previous: Readonly<Record<string, string>>): Record<string, string> {
  const [, id, reason] = /^([A-Z0-9-]+)=(.*\S.*)$/s.exec(value) ?? [];
  if (id === undefined || reason === undefined)
    throw new InvalidArgumentError("write it as ID=reason, such as TF-10='a platform for a week'.");
  if (!rules.some((rule) => rule.id === id))
    throw new InvalidArgumentError(`no rule is called ${id}; 'mlops review --list' prints them.`);
  return { ...previous, [id]: reason };
}
