import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The virtual environment, outside of the checkout: it is large, and the same for every checkout. */
const folder = process.env.MLOPS_VENV ?? join(homedir(), '.cache/mlops-constructs/venv');
const requirements = join(__dirname, 'requirements.txt');

/** Python with the pinned clients, or in words why there is none. */
export function preparePython(): { python: string } | { missing: string } {
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
    return { missing: 'pip cannot install the clients of test/clients/requirements.txt; what it says stands above' };
  writeFileSync(stamp, wanted);
  return { python };
}

const succeeds = (command: string, args: string[]) =>
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
