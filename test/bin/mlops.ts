import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { built } from '../harness/built';
import { temporaryFolder } from '../harness/folder';

/** The command as one file, so that a test starts it in 0.1 s; run in an empty folder that the test fills. */
export class Workbench {
  readonly folder = temporaryFolder('bin');
  readonly bundle = join(this.folder, '.bundle', 'mlops.js');

  constructor() {
    mkdirSync(dirname(this.bundle));
    copyFileSync(bundleCommand(), this.bundle);
  }

  write(path: string, content: string | object): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  /** A program that is found before any other of its name, and appends its arguments to `calls`. */
  program(name: string, script: string): void {
    chmodSync(this.write(`path/${name}`, `#!/bin/sh\necho "${name} $*" >> "${this.folder}/calls"\n${script}\n`), 0o755);
  }

  /** With only the fake programs, `sh` and its tools on PATH. */
  mlops(...args: string[]) {
    const env = { ...process.env, PATH: `${join(this.folder, 'path')}:${this.tools}` };
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.bundle, ...args], {
      cwd: this.folder,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  /** A folder that holds nothing but links to what the fake programs use. */
  private readonly tools = (() => {
    const folder = join(this.folder, 'tools');
    mkdirSync(folder);
    for (const tool of ['sh', 'cat', 'node'])
      spawnSync('ln', ['-s', tool === 'node' ? process.execPath : `/bin/${tool}`, join(folder, tool)]);
    return folder;
  })();
}

const bundleCommand = () =>
  built('mlops', ['bin', 'lib', 'services'], (outfile) =>
    buildSync({
      entryPoints: [join(__dirname, '../../bin/mlops.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
    }),
  );
