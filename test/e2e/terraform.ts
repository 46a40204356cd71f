import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const stackNames = ['acme-foundation', 'acme-data', 'acme-platform'] as const;
export type StackName = (typeof stackNames)[number];

export interface Running {
  readonly ended: Promise<{ readonly status: number | null; readonly output: string }>;
  /** To Terraform and its providers. */
  signal(name: 'SIGINT' | 'SIGKILL'): void;
  /** Resolves when the output holds a text so many times, or when it has ended. */
  seen(what: string, times?: number): Promise<void>;
}

/** Terraform on the stacks that were synthesized into a folder; its output is in the error when it fails. */
export class Terraform {
  /** Everything that Terraform printed. */
  readonly log: string[] = [];

  constructor(
    readonly folder: string,
    /** Variables beside those of this process. */
    private readonly variables: Readonly<Record<string, string>> = {},
  ) {}

  init(stack: StackName): void {
    this.run(stack, 'init', '-input=false');
    this.run(stack, 'validate');
  }

  /** @returns seconds that it took */
  apply(stack: StackName): number {
    return this.timed(() => this.run(stack, 'apply', '-auto-approve', '-input=false'));
  }

  /** Terraform in a process group of its own, to be interrupted. */
  begin(stack: StackName, command: 'apply' | 'destroy' = 'apply', ...args: string[]): Running {
    const child = spawn('terraform', [command, '-no-color', ...args], {
      cwd: this.folderOf(stack),
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...this.variables },
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
      });
    }
    const ended = new Promise<{ status: number | null; output: string }>((done) =>
      child.on('close', (status) => done({ status, output })),
    );
    return {
      ended,
      signal: (name) => process.kill(-(child.pid as number), name),
      seen: async (what, times = 1) => {
        while (output.split(what).length - 1 < times && child.exitCode === null)
          await new Promise((later) => setTimeout(later, 5));
      },
    };
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

  /** What the state holds, sorted. */
  addresses(stack: StackName): string[] {
    return this.run(stack, 'state', 'list').split('\n').filter(Boolean).sort();
  }

  /** Takes resources out of the state and leaves them where they are. */
  forget(stack: StackName, addresses: readonly string[]): void {
    this.run(stack, 'state', 'rm', ...addresses);
  }

  state(stack: StackName): string {
    return readFileSync(join(this.folder, '.state', `${stack}.tfstate`), 'utf8');
  }

  /** What was synthesized. */
  config(stack: StackName): { resource: Record<string, Record<string, Record<string, unknown>>> } {
    return JSON.parse(readFileSync(join(this.folder, 'cdktf.out', 'stacks', stack, 'cdk.tf.json'), 'utf8'));
  }

  private folderOf(stack: StackName): string {
    return join(this.folder, 'cdktf.out', 'stacks', stack);
  }

  private run(stack: StackName, command: string, ...args: string[]): string {
    const cwd = this.folderOf(stack);
    const noColor = ['show', 'state'].includes(command) ? [] : ['-no-color'];
    try {
      const out = execFileSync('terraform', [command, ...noColor, ...args], {
        cwd,
        env: { ...process.env, ...this.variables },
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
