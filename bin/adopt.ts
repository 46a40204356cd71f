import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { Cluster } from './adopt/cluster';
import { expectedOf } from './adopt/expected';
import { type Orphan, orphansOf } from './adopt/orphans';
import { plannedReleases } from './adopt/planned';
import { readOutput } from './output';
import { capture, outputOf, tryCapture } from './process';

interface Options {
  readonly output: string;
  readonly run?: true;
}

export const adoptCommand = () =>
  new Command('adopt')
    .description(
      'after an apply that was killed: names what it made and the state does not know; exit code 2 when there is any',
    )
    .argument('<stack>', 'name of the stack, such as acme-platform')
    .option('--output <folder>', 'what synth wrote', 'cdktf.out')
    .option('--run', 'also runs the commands that it prints')
    .action(adopt);

/** @throws PlatformError for a stack that there is not, one that is not initialized, and objects that are not ours */
function adopt(name: string, { output, run }: Options): void {
  const { stacks } = readOutput(resolve(output));
  const stack = stacks[name];
  if (!stack)
    throw new PlatformError({
      what: `'${output}' holds no stack '${name}'`,
      got: Object.keys(stacks).join(', '),
      do: 'name one of these',
    });
  const folder = join(output, 'stacks', name);
  const inState = addressesIn(folder);
  const expected = [...expectedOf(stack, folder), ...plannedReleases(stack, folder)];
  const orphans = orphansOf(expected, inState, new Cluster(stack));
  if (orphans.length === 0) {
    process.stdout.write(`${name}: the state knows everything that is there\n`);
    return;
  }
  const count = orphans.length === 1 ? '1 thing is' : `${orphans.length} things are`;
  process.stdout.write(`${name}: ${count} there and not in the state\n  cd ${folder}\n`);
  for (const orphan of orphans) {
    process.stdout.write(`  ${quoted(orphan)}    # ${orphan.what}\n`);
    if (run) repair(orphan, folder);
  }
  process.stdout.write(run ? 'repaired: apply again\n' : "run these, or 'mlops adopt' with --run; then apply again\n");
  if (!run) process.exitCode = 2;
}

function repair({ command: [command, ...args] }: Orphan, folder: string): void {
  capture(command === 'terraform' ? { command, args: [`-chdir=${resolve(folder)}`, ...args] } : { command, args });
}

/** Of the stack's state, wherever its backend keeps it. */
function addressesIn(folder: string): ReadonlySet<string> {
  const line = { command: 'terraform', args: [`-chdir=${resolve(folder)}`, 'state', 'list'] };
  const result = tryCapture(line);
  const refusal = result && result.status !== 0 ? result.stderr : '';
  // nothing was applied yet, or it was cut before the first write
  if (/No state file was found/.test(refusal)) return new Set();
  if (/terraform init/.test(refusal))
    throw new PlatformError({
      what: `stack in '${folder}' is not initialized`,
      got: 'no backend',
      do: `run 'terraform -chdir=${folder} init' first`,
    });
  return new Set(
    outputOf(line, result)
      .split('\n')
      .filter((address) => address !== ''),
  );
}

/** As a shell takes it. */
const quoted = ({ command }: Orphan) =>
  command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
