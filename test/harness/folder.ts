import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let ofThisProcess: string | undefined;

/** A new, empty folder. It is removed after the test file that asked for it, in other programs when they end. */
export const temporaryFolder = (name: string): string =>
  mkdtempSync(join(process.env.TEST_FOLDERS ?? foldersOfThisProcess(), `${name}-`));

function foldersOfThisProcess(): string {
  if (ofThisProcess !== undefined) return ofThisProcess;
  const folder = mkdtempSync(join(tmpdir(), 'mlops-'));
  // as root, what is started here may run as another user
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  ofThisProcess = folder;
  return folder;
}
