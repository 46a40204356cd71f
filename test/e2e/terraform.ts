import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const stackNames = ['acme-foundation', 'acme-data', 'acme-platform'] as const;
export type StackName = (typeof stackNames)[number];

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface Running {
  /** What it is asked, it reads here. */
  answer(text: string): void;
  readonly ended: Promise<{ readonly status: number | null; readonly output: string }>;
  /** To Terraform and its providers. */
  signal(name: 'SIGINT' | 'SIGKILL'): void;
  /** Resolves when the output holds a text so many times, or when it has ended. */
  seen(what: string, times?: number): Promise<void>;
}

/** Resources in a state, with what every reference in them came to. */
interface State {
  readonly resources: readonly {
    readonly type: string;
    readonly instances: readonly { readonly attributes: Attributes }[];
  }[];
}
// biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own
type Attributes = Record<string, any>;

/** Terraform on the stacks that were synthesized into a folder; its output is in the error when it fails. */
export class Terraform {
  /** Everything that Terraform printed. */
  readonly log: string[] = [];

  constructor(
    readonly folder: string,
    /** Variables beside those of this process. */
    private readonly variables: Readonly<Record<string, string>> = {},
  ) {}

  init(stack: string): void {
    this.run(stack, 'init', '-input=false');
    this.run(stack, 'validate');
  }

  /** @returns seconds that it took */
  apply(stack: string): number {
    return this.timed(() => this.run(stack, 'apply', '-auto-approve', '-input=false'));
  }

  /** Terraform in a process group of its own, to be interrupted. */
  begin(stack: string, command: 'apply' | 'destroy' = 'apply', ...args: string[]): Running {
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
      answer: (text) => child.stdin.write(`${text}\n`),
      signal: (name) => process.kill(-(child.pid as number), name),
      seen: async (what, times = 1) => {
        while (output.split(what).length - 1 < times && child.exitCode === null)
          await new Promise((later) => setTimeout(later, 5));
      },
    };
  }

  destroy(stack: string): void {
    this.run(stack, 'destroy', '-auto-approve', '-input=false');
  }

  /** What an apply would do, as `address: action`, sorted; and the plan as JSON. */
  plan(stack: string): { readonly changes: string[]; readonly json: string; readonly seconds: number } {
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
  addresses(stack: string): string[] {
    return this.run(stack, 'state', 'list').split('\n').filter(Boolean).sort();
  }

  /** Takes resources out of the state and leaves them where they are. */
  forget(stack: string, addresses: readonly string[]): void {
    this.run(stack, 'state', 'rm', ...addresses);
  }

  /** Brings back what an apply could not write; the refusal of a first try names the lock that the apply left. */
  pushErrored(stack: string): void {
    const push = () => this.run(stack, 'state', 'push', 'errored.tfstate');
    let refusal = '';
    try {
      push();
    } catch (error) {
      refusal = (error as Error).message;
    }
    this.run(stack, 'force-unlock', '-force', /ID: +([\da-f-]{36})/.exec(refusal)?.[1] ?? refusal);
    push();
  }

  state(stack: string): string {
    return readFileSync(join(this.folder, '.state', `${stack}.tfstate`), 'utf8');
  }

  /** Custom resources of a stack that was applied, as its releases hold them. */
  manifests(stack: string): Manifest[] {
    const { resources } = JSON.parse(this.state(stack)) as State;
    const releases = resources.filter(({ type }) => type === 'helm_release').flatMap(({ instances }) => instances);
    return releases.flatMap(({ attributes }) => parse(attributes.values[0]).manifests ?? []);
  }

  private folderOf(stack: string): string {
    return join(this.folder, 'cdktf.out', 'stacks', stack);
  }

  private run(stack: string, command: string, ...args: string[]): string {
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
