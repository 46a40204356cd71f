#!/usr/bin/env node
import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { diffCommand } from './diff';
import { imagesCommand } from './images';
import { initCommand } from './init';
import { localCommand } from './local';
import { nodesCommand } from './nodes';
import { reviewCommand } from './review';
import { runCommand } from './run';
import { synthCommand } from './synth';

const program = new Command('mlops')
  .description(
    'Writes, reviews and compares the Terraform of an MLOps platform; builds its images; runs its job templates and, on this machine, its registry.',
  )
  .addCommand(initCommand())
  .addCommand(synthCommand())
  .addCommand(diffCommand())
  .addCommand(reviewCommand())
  .addCommand(imagesCommand())
  .addCommand(nodesCommand())
  .addCommand(runCommand())
  .addCommand(localCommand());

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof PlatformError)) throw error;
  process.stderr.write(`mlops: ${error.message}\n`);
  process.exitCode = 1;
});
