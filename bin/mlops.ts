#!/usr/bin/env node
import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { adoptCommand } from './adopt';
import { diffCommand } from './diff';
import { imagesCommand } from './images';
import { initCommand } from './init';
import { localCommand } from './local';
import { nodesCommand } from './nodes';
import { reviewCommand } from './review';
import { runCommand } from './run';
import { synthCommand } from './synth';
import { whyCommand } from './why';

const program = new Command('mlops')
  .description(
    'Writes, reviews and compares the Terraform of an MLOps platform; repairs interrupted applies, says why pods are not ready; builds its images; runs its job templates and, on this machine, its services.',
  )
  .addCommand(initCommand())
  .addCommand(synthCommand())
  .addCommand(diffCommand())
  .addCommand(reviewCommand())
  .addCommand(imagesCommand())
  .addCommand(nodesCommand())
  .addCommand(adoptCommand())
  .addCommand(whyCommand())
  .addCommand(runCommand())
  .addCommand(localCommand());

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof PlatformError)) throw error;
  process.stderr.write(`mlops: ${error.message}\n`);
  process.exitCode = 1;
});
