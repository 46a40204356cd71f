import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '../..');
const cache = join(root, 'node_modules/.cache/mlops-harness');
const hourMs = 60 * 60 * 1000;

/**
 * What `build` made of these folders and files of the repository, and of the installed packages: made anew only when one of them
 * has changed. Nobody may write into it: other test files read it at the same time.
 */
export function built(name: string, sources: readonly string[], build: (out: string) => void): string {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...sources].flatMap((source) => filesIn(join(root, source))).sort())
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  const out = join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(out)) return out;
  mkdirSync(cache, { recursive: true });
  removeOld(name);
  const unfinished = `${out}.${process.pid}`;
  build(unfinished);
  try {
    renameSync(unfinished, out);
  } catch (error) {
    // another worker was faster
    if (!existsSync(out)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return out;
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist')
    .flatMap((entry) => filesIn(join(path, entry.name)));
}

/** What earlier states of the repository led to, unless a run that began before the change may still read it. */
function removeOld(name: string): void {
  const ofName = new RegExp(`^${name}-[0-9a-f]{16}`);
  for (const entry of readdirSync(cache).filter((entry) => ofName.test(entry))) {
    const made = statSync(join(cache, entry), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (made < Date.now() - hourMs) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}
