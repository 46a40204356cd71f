import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from './programs';

const files = ['trainer/requirements.txt', 'client/requirements.txt'].map((file) => join(__dirname, file));

/**
 * Python with the packages of trainer and client: the one that FLIGHT_DELAY_PYTHON names, else an environment of its own, made once.
 * @throws Error in words when it cannot be made
 */
export async function preparePython(): Promise<string> {
  const given = process.env.FLIGHT_DELAY_PYTHON;
  if (given) return given;
  const folder = join(homedir(), '.cache/mlops-constructs/flight-delay');
  const python = join(folder, 'bin/python');
  const wanted = createHash('sha256');
  for (const file of files) wanted.update(readFileSync(file));
  const digest = wanted.digest('hex');
  const stamp = join(folder, 'requirements.sha256');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return python;

  console.log(`making a Python environment in ${folder}, once (about 700 MB)`);
  mkdirSync(dirname(folder), { recursive: true });
  await finished('python3', ['-m', 'venv', folder]);
  await finished(python, ['-m', 'pip', 'install', '--quiet', '-r', files[1] as string]);
  writeFileSync(stamp, digest);
  return python;
}
