import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { summary } from '../lib/review/summary';
import { readOutput } from './output';

export const synthCommand = () =>
  new Command('synth')
    .description('runs your app and says what it wrote, and what a reviewer should know')
    .option('--app <command>', 'program to run (default: the app of cdktf.json)')
    .option('--output <dir>', 'folder for the stacks (default: the output of cdktf.json, else cdktf.out)')
    .action(synth);

function synth(options: { readonly app?: string; readonly output?: string }): void {
  const { app, output = 'cdktf.out' } = options.app === undefined ? readProject() : { app: options.app };
  const folder = resolve(options.output ?? output);
  const { status } = spawnSync(app, {
    shell: true,
    stdio: 'inherit',
    env: { ...process.env, CDKTF_OUTDIR: folder },
  });
  // the app has said what is wrong: nothing is added to its words
  if (status !== 0) process.exitCode = status ?? 1;
  else process.stdout.write(summary(readOutput(folder)));
}

function readProject(): { app: string; output?: string } {
  const file = resolve('cdktf.json');
  const advice =
    'run mlops in the folder of your cdktf.json: { "language": "typescript", "app": "node --import tsx main.ts" }';
  if (!existsSync(file)) throw new PlatformError({ what: 'no app to synthesize', got: `no file ${file}`, do: advice });
  const project: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const { app, output } = (project ?? {}) as { app?: unknown; output?: unknown };
  if (typeof app !== 'string' || app.trim() === '')
    throw new PlatformError({ what: `${file} names no app`, got: `app: ${JSON.stringify(app)}`, do: advice });
  return typeof output === 'string' ? { app, output } : { app };
}
