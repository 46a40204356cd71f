import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { PlatformError } from '../lib/core/errors';

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

const run = ({ command, args }: CommandLine, stdio: 'pipe' | ['ignore', 'inherit', 'inherit'], input?: string) =>
  spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio,
    ...(input !== undefined && { input }),
  });

/** Runs a program without a shell and keeps what it prints; undefined when there is no such program. */
export function tryCapture(line: CommandLine, input?: string): SpawnSyncReturns<string> | undefined {
  const result = run(line, 'pipe', input);
  if ((result.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
  if (result.error) throw result.error;
  return result;
}

/**
 * Runs a program without a shell.
 * @returns what it wrote to standard output
 * @throws PlatformError with its own words when it fails
 */
export const capture = (line: CommandLine, input?: string): string => outputOf(line, tryCapture(line, input));

/**
 * What a program that ran wrote to standard output.
 * @throws PlatformError with its own words when it failed, or when there is no such program
 */
export function outputOf(line: CommandLine, result: SpawnSyncReturns<string> | undefined): string {
  if (!result) throw missing(line.command);
  if (result.status !== 0) throw failed(line, result.stderr.trim() || exitOf(result));
  return result.stdout;
}

/**
 * Runs a program without a shell; what it prints goes to the terminal.
 * @throws PlatformError when it fails
 */
export function show(line: CommandLine): void {
  const result = run(line, ['ignore', 'inherit', 'inherit']);
  if ((result.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw missing(line.command);
  if (result.status !== 0) throw failed(line, exitOf(result));
}

const exitOf = ({ status, signal }: SpawnSyncReturns<string>) => (signal ? `signal ${signal}` : `exit code ${status}`);

const missing = (command: string) =>
  new PlatformError({
    what: `'${command}' is needed`,
    got: 'no such program on PATH',
    do: `install ${command}, or add its folder to PATH`,
  });

const failed = ({ command, args }: CommandLine, got: string) =>
  new PlatformError({
    what: `'${[command, ...args].join(' ')}' failed`,
    got,
    do: 'correct what it says and run it again',
  });
