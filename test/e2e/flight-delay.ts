import { spawnSync } from 'node:child_process';
import { flightTrainer } from './images';
import { get, kubectl, mlops, portForward, until } from './kubectl';

export const model = 'flight-delay';

/** Whether this machine can make Python environments. */
export const hasPython =
  process.env.FLIGHT_DELAY_PYTHON !== undefined ||
  spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;

/** Runs the template of the example's trainer to its end. @returns what it logged */
export async function trainOnNode(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const options = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const job = mlops('run', flightTrainer, '--namespace', 'acme-jobs', ...options).trim();
  const log = () => kubectl('logs', '-n', 'acme-jobs', `job/${job}`, '--tail=-1');
  await until(`job ${job}`, 400, () => {
    const { succeeded, failed } = get('job', job, '-n', 'acme-jobs').status as { succeeded?: number; failed?: number };
    if (failed) throw new Error(`job ${job} failed:\n${log()}`);
    return succeeded === 1;
  });
  return log();
}

/** The registry and both tracks of the endpoint, as this machine reaches them. */
export async function forwardServing() {
  const forwards = await Promise.all([
    portForward('acme', 'registry', 5000),
    portForward('acme', `serving-${model}`, 8080),
    portForward('acme', `serving-${model}-canary`, 8080),
  ]);
  const [registry, server, canary] = forwards.map(({ url }) => url) as [string, string, string];
  const stop = () => {
    for (const forward of forwards) forward.stop();
  };
  return { registry, server, canary, stop };
}

/** Waits until the pods of both tracks serve. A canary has nothing to serve before there is a challenger. */
export const servingReady = (track: '' | '-canary'): Promise<true> =>
  until(`the pods of serving-${model}${track}`, 120, () => {
    const { readyReplicas } = get('deployment', `serving-${model}${track}`, '-n', 'acme').status;
    return readyReplicas >= 1 ? true : undefined;
  });
