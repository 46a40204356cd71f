import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { App, type AppConfig, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { runAspects } from './aspects';
import type { StackConfig } from './check-rendered';
import { PlatformError } from './errors';
import { reviewOf } from './notes';
import { noteNoTokenTraces } from './token-traces';
import { renderedProblems, reportedProblems } from './validation';

/**
 * An app that is checked as a whole before anything is written: one error with the problems of all stacks. Its files
 * are written to a temporary folder and then moved, so that a failed synth leaves the last good one in place.
 * Beside the stacks lies `review.json`: pools and notes for whoever reads the plan. `stackTraces: true` has cdktf say of
 * constructs and tokens where they were made.
 */
export class PlatformApp extends App {
  /** Where the files end up; `outdir` is where they are written first. */
  readonly target: string;

  constructor(config: AppConfig = {}) {
    const target = resolve(config.outdir ?? process.env.CDKTF_OUTDIR ?? 'cdktf.out');
    mkdirSync(dirname(target), { recursive: true });
    // a sibling of the target, because a rename must not cross file systems
    const outdir = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    super({ stackTraces: false, ...config, outdir });
    if (config.stackTraces !== true) noteNoTokenTraces();
    this.target = target;
    forgotten.add(outdir);
  }

  /** @throws PlatformError with every problem; nothing is written then */
  override synth(): void {
    try {
      runAspects(this);
      refuse(reportedProblems(this));
      super.synth();
      refuse(renderedProblems(this, (stack) => this.written(stack)));
      writeFileSync(join(this.outdir, 'review.json'), `${JSON.stringify(reviewOf(this), null, 2)}\n`);
      publish(this.outdir, this.target, Object.keys(this.manifest.stacks));
    } finally {
      remove(this.outdir);
    }
  }

  private written(stack: TerraformStack): StackConfig {
    return JSON.parse(readFileSync(join(this.outdir, this.manifest.forStack(stack).synthesizedStackPath), 'utf8'));
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new PlatformError(...problems);
}

/** Temporary folders of apps that were not synthesized, because something before it threw. */
const forgotten = new Set<string>();
process.once('exit', () => forgotten.forEach(remove));

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  forgotten.delete(folder);
}

/** The folder in which Terraform runs for the stack of a construct. */
export function stackFolder(scope: IConstruct): string {
  const app = App.of(scope);
  return join(
    app instanceof PlatformApp ? app.target : resolve(app.outdir),
    'stacks',
    TerraformStack.of(scope).node.id,
  );
}

/** Moves what was written over what was there; Terraform's own files beside it (`.terraform`, lock file) stay. */
function publish(from: string, to: string, stacks: readonly string[]): void {
  const toStacks = join(to, 'stacks');
  mkdirSync(toStacks, { recursive: true });
  for (const old of readdirSync(toStacks)) {
    if (!stacks.includes(old)) rmSync(join(toStacks, old, 'cdk.tf.json'), { force: true });
  }
  for (const stack of stacks) moveEntries(join(from, 'stacks', stack), join(toStacks, stack));
  rmSync(join(from, 'stacks'), { recursive: true, force: true });
  moveEntries(from, to);
}

function moveEntries(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    const target = join(to, entry);
    if (existsSync(target)) rmSync(target, { recursive: true });
    renameSync(join(from, entry), target);
  }
}
