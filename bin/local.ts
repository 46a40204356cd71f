import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { servicesFolder } from './services';

interface Options {
  readonly port: number;
  readonly data: string;
}

export const localCommand = () =>
  new Command('local').description('a service on this machine, without a cluster').addCommand(
    new Command('registry')
      .description('the registry, with a Postgres of its own and files for artifacts; only this machine reaches it')
      .option('--port <port>', 'TCP port on localhost', tcpPort, 5000)
      .option('--data <dir>', 'folder of all that it keeps; made where it is not there', 'mlops-registry')
      .action((options: Options) => runLocal('registry', options)),
  );

/** Runs the compiled service until it ends, or until this process is told to. */
async function runLocal(service: string, { port, data }: Options): Promise<void> {
  const program = join(servicesFolder('the local registry is').path, 'dist/local', `${service}.js`);
  if (!existsSync(program))
    throw new PlatformError({
      what: `the local ${service} is not compiled`,
      got: `no ${program}`,
      do: "compile it: 'npm run build -w services'",
    });
  // A group of its own: Ctrl-C would also reach its Postgres, before the requests that need it have ended.
  const child = spawn(process.execPath, [program, '--port', String(port), '--data', data], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((exit) => child.once('exit', (status) => exit(status ?? 1)));
}

function tcpPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('give a TCP port from 1 to 65535.');
  return port;
}
