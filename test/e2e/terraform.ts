import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const stackNames = ['acme-foundation', 'acme-data', 'acme-platform'] as const;
export type StackName = (typeof stackNames)[number];

/** Terraform on the stacks that were synthesized into a folder; its output is in the error when it fails. */
export class Terraform {
  /** Everything that Terraform printed. */
  readonly log: string[] = [];

  constructor(readonly folder: string) {}

  init(stack: StackName): void {
    this.run(stack, 'init', '-input=false');
    this.run(stack, 'validate');
  }

  /** @returns seconds that it took */
  apply(stack: StackName): number {
    return this.timed(() => this.run(stack, 'apply', '-auto-approve', '-input=false'));
  }

  destroy(stack: StackName): void {
    this.run(stack, 'destroy', '-auto-approve', '-input=false');
  }

  /** What an apply would do, as `address: action`, sorted; and the plan as JSON. */
  plan(stack: StackName): { readonly changes: string[]; readonly json: string; readonly seconds: number } {
    const file = join(this.folder, `${stack}.tfplan`);
    const seconds = this.timed(() => this.run(stack, 'plan', '-input=false', `-out=${file}`));
    const json = this.run(stack, 'show', '-json', file);
    const plan = JSON.parse(json) as { resource_changes?: { address: string; change: { actions: string[] } }[] };
    const changes = (plan.resource_changes ?? [])
      .filter(({ change }) => change.actions.join() !== 'no-op')
      .map(({ address, change }) => `${address}: ${change.actions.join(', ')}`);
    return { changes: changes.sort(), json, seconds };
  }

  state(stack: StackName): string {
    return readFileSync(join(this.folder, '.state', `${stack}.tfstate`), 'utf8');
  }

  /** What was synthesized. */
  config(stack: StackName): { resource: Record<string, Record<string, Record<string, unknown>>> } {
    return JSON.parse(readFileSync(join(this.folder, 'cdktf.out', 'stacks', stack, 'cdk.tf.json'), 'utf8'));
  }

  private run(stack: StackName, command: string, ...args: string[]): string {
    const cwd = join(this.folder, 'cdktf.out', 'stacks', stack);
    const noColor = command === 'show' ? [] : ['-no-color'];
    try {
      const out = execFileSync('terraform', [command, ...noColor, ...args], {
        cwd,
        encoding: 'utf8',
        stdio: 'pipe',
        maxBuffer: 1 << 28,
      });
      if (command !== 'show') this.log.push(out);
      return out;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`terraform ${command} in ${stack} failed:\n${stdout}\n${stderr}`);
    }
  }

  private timed(step: () => void): number {
    const start = performance.now();
    step();
    return Math.round((performance.now() - start) / 10) / 100;
  }
}
