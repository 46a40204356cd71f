import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(__dirname, '../..');
const run = promisify(execFile);

/** A program that goes on until it is stopped. */
export interface Program {
  /** What it has said. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<void>;
}

/** `mlops local …`, as it is typed in a clone. */
export function mlopsLocal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'bin/mlops.ts', 'local', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!hasEnded()) child.kill('SIGTERM');
    await ended;
  };
  return { output: () => output, hasEnded, stop };
}

/** Runs a program to its end. @returns what it printed @throws Error with what it said when it ends with another status than 0 */
export async function finished(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(command, [...args], options).catch((error) => {
    throw new Error(`${[command, ...args].join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  });
  return stdout;
}

/** Asks until there is an answer, at most two minutes, and not after the program has ended. */
export async function until<T>(what: string, program: Program, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 120_000;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (program.hasEnded() || Date.now() > end) throw new Error(`no ${what}:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
