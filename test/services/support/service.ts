import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { built } from '../../harness/built';
import { type Child, end, eventually, freePort, start } from '../../harness/processes';
import { callsTo, type Served } from './serve';

/** Folder of the services, bundled as their images have them. */
export const bundleServices = (): string =>
  built('services', ['services'], (out) => {
    const build = join(__dirname, '../../../services/build.mjs');
    execFileSync(process.execPath, [build, out], { stdio: ['ignore', 'ignore', 'inherit'] });
  });

/** Other work on the machine may make a service slow to start. */
const startLimitMs = 25_000;

/** A service as a process of its own. */
export interface Service extends Served {
  readonly child: Child;
  /** What it has written so far, to standard output and standard error. */
  readonly output: () => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Starts a bundled service with exactly this environment, and waits until it is live. */
export async function startService(
  bundle: string,
  name: string,
  env: Record<string, string>,
  nodeArgs: readonly string[] = [],
): Promise<Service> {
  const port = await freePort();
  const main = join(bundle, name, 'main.js');
  const args = ['--no-warnings', ...nodeArgs, '--require', join(__dirname, 'listen-on.cjs'), main];
  const child = start(process.execPath, args, { ...env, LISTEN_ON: String(port) });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const calls = callsTo(`http://127.0.0.1:${port}`);
  const isLive = async () => {
    if (child.exitCode === null) await calls.get('/livez');
  };
  await eventually(isLive, startLimitMs).catch(async (error) => {
    // left behind, it would keep the tests from ending
    await end(child, 'SIGKILL');
    throw error;
  });
  return { ...calls, child, output: () => output, stop: (signal) => end(child, signal) };
}
