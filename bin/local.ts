import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { servicesFolder } from './services';

export const localCommand = () =>
  new Command('local')
    .description('a service on this machine, without a cluster')
    .addCommand(
      new Command('registry')
        .description('the registry, with a Postgres of its own and files for artifacts; only this machine reaches it')
        .option('--port <port>', 'TCP port on localhost', tcpPort, 5000)
        .option('--data <dir>', 'folder of all that it keeps; made where it is not there', 'mlops-registry')
        .action(({ port, data }) => runLocal('registry', { port, data })),
    )
    .addCommand(
      new Command('serve')
        .description('a model over the Open Inference Protocol, REST and gRPC; only this machine reaches it')
        .argument('<model>', 'an ONNX file, or models:/NAME@ALIAS or models:/NAME/VERSION of a registry')
        .option('--port <port>', 'TCP port of REST on localhost', tcpPort, 8080)
        .option('--grpc-port <port>', 'TCP port of gRPC on localhost', tcpPort, 8081)
        .option('--tracking-uri <url>', 'the registry (default: the variable MLFLOW_TRACKING_URI)')
        .option('--log <dir>', 'folder of the inference log and of feedback, as Parquet (default: none is kept)')
        .option('--batch <rows>', 'most rows of waiting requests that run as one', positive, 1)
        .action((model, { port, grpcPort, trackingUri, batch, log }) =>
          runLocal('model-server', { model, port, batch, 'grpc-port': grpcPort, 'tracking-uri': trackingUri, log }),
        ),
    );

/** Runs the compiled service until it ends, or until this process is told to. */
async function runLocal(
  service: string,
  options: Readonly<Record<string, string | number | undefined>>,
): Promise<void> {
  const program = join(servicesFolder(`the local ${service} is`).path, 'dist/local', `${service}.js`);
  if (!existsSync(program))
    throw new PlatformError({
      what: `the local ${service} is not compiled`,
      got: `no ${program}`,
      do: "compile it: 'npm run build -w services'",
    });
  const args = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  // A group of its own: Ctrl-C would also reach its Postgres, before the requests that need it have ended.
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((exit) => child.once('exit', (status) => exit(status ?? 1)));
}

function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('give a whole number, 1 or more.');
  return Number(value);
}

function tcpPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('give a TCP port from 1 to 65535.');
  return port;
}
