import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PythonProps {
  /** File of pinned packages. */
  readonly requirements: string;
  /** The virtual environment, outside of the checkout: it is large, and the same for every checkout. */
  readonly folder: string;
}

/** Where virtual environments lie. */
export const environments = join(homedir(), '.cache/mlops-constructs');

const venv = process.env.MLOPS_VENV ?? join(environments, 'venv');

/**
 * The clients that we are judged by: MLflow's by their major version, of which the newer one also brings the server that ours is
 * compared with, and those of model servers.
 */
export const clients = {
  3: { requirements: join(__dirname, 'requirements.txt'), folder: venv },
  2: { requirements: join(__dirname, 'requirements-2.txt'), folder: `${venv}-2` },
  serving: { requirements: join(__dirname, 'requirements-serving.txt'), folder: `${venv}-serving` },
} satisfies Record<string, PythonProps>;

/** Python with pinned packages, or in words why there is none. */
export function preparePython(
  { requirements, folder }: PythonProps = clients[3],
): { python: string } | { missing: string } {
  if (!succeeds('python3', ['--version'])) return { missing: 'no python3 on the PATH' };
  const python = join(folder, 'bin/python');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(folder, 'requirements.sha256');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { python };

  mkdirSync(dirname(folder), { recursive: true });
  if (!existsSync(python) && !succeeds('python3', ['-m', 'venv', folder]))
    return { missing: 'python3 cannot make a virtual environment (on Debian: the package python3-venv)' };
  console.log(`installing ${readFileSync(requirements, 'utf8').trim()} into ${folder}, once`);
  if (!succeeds(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements]))
    return { missing: `pip cannot install what ${requirements} names; what it says stands above` };
  writeFileSync(stamp, wanted);
  return { python };
}

const succeeds = (command: string, args: string[]) =>
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
