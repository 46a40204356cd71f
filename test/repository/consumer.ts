import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { transformSync } from '@swc/core';
import { root } from './sources';

const example = 'examples/existing-cluster';

/** A user's project: the packed library, its peers, and the example with public imports. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'mlops-consumer-'));
  readonly tarball: string;

  constructor(packages: { readonly cdktf?: string; readonly overrides?: Readonly<Record<string, string>> } = {}) {
    // a platform on an existing cluster: nothing of AWS
    const { '@cdktf/provider-aws': _, ...peerDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ).peerDependencies;
    this.tarball = pack(this.folder);
    const dependencies = { ...peerDependencies, 'mlops-constructs': `file:${this.tarball}` };
    if (packages.cdktf) dependencies.cdktf = packages.cdktf;
    this.write('package.json', { name: 'consumer', private: true, dependencies, overrides: packages.overrides });
    this.write('cdktf.json', { language: 'typescript', app: 'node main.js', projectId: 'consumer' });
    execute(this.folder, 'npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
    this.addExample();
  }

  /** The stacks as the installed command writes them, by name. */
  synth(): Record<string, unknown> {
    execute(this.folder, join(this.folder, 'node_modules/.bin/mlops'), 'synth', '--output', 'out');
    return readStacks(join(this.folder, 'out'));
  }

  /** Type-checks the example against the installed declarations. */
  typeCheck(): void {
    const strict = { module: 'node16', target: 'ES2022', strict: true, noEmit: true };
    // cdktf's own declarations do not pass a strict check of libraries
    this.write('tsconfig.json', { compilerOptions: { ...strict, skipLibCheck: true, types: [] }, files: ['main.ts'] });
    execute(this.folder, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', this.folder);
  }

  /** Names of all packages that npm installed, and paths of native modules. */
  installed(): { packages: string[]; native: string[] } {
    const modules = join(this.folder, 'node_modules');
    const entries = readdirSync(modules, { recursive: true, encoding: 'utf8' });
    const packages = entries.flatMap(
      (path) => /(?:^|node_modules\/)((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(path)?.[1] ?? [],
    );
    return { packages: [...new Set(packages)].sort(), native: entries.filter((path) => path.endsWith('.node')) };
  }

  /** Files of the library as npm unpacked it. */
  files(): string[] {
    const library = join(this.folder, 'node_modules/mlops-constructs');
    const entries = readdirSync(library, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(library, join(entry.parentPath, entry.name)));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private addExample(): void {
    const source = readFileSync(join(root, example, 'main.ts'), 'utf8')
      .replaceAll("'../../lib/index'", "'mlops-constructs'")
      .replaceAll("'../../stacks/index'", "'mlops-constructs/stacks'")
      .replaceAll("'../../lib/kubernetes/index'", "'mlops-constructs/kubernetes'");
    this.write('main.ts', source);
    const { code } = transformSync(source, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    this.write('main.js', code);
    mkdirSync(join(this.folder, example), { recursive: true });
    for (const file of readdirSync(join(root, example)))
      if (!file.endsWith('.ts'))
        cpSync(join(root, example, file), join(this.folder, example, file), { recursive: true });
  }

  private write(file: string, content: string | object): void {
    writeFileSync(join(this.folder, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

/** An app from the sources of this repository: the consumer's example, or the one of cdktf.json. */
export function synthSources(which: 'example' | 'project'): Record<string, unknown> {
  const app = which === 'example' ? ['--app', `node --import tsx ${example}/main.ts`] : [];
  return synthInto(process.execPath, '--import', 'tsx', 'bin/mlops.ts', 'synth', ...app);
}

/** The same by cdktf's own command. */
export const synthByCdktf = () => synthInto('node_modules/.bin/cdktf', 'synth');

function synthInto(command: string, ...args: string[]): Record<string, unknown> {
  // where it goes decides how relative paths are written: the same place as in the consumer's folder
  const out = mkdtempSync(join(root, '.synth-'));
  try {
    execute(root, command, ...args, '--output', out);
    return readStacks(out);
  } finally {
    rmSync(out, { recursive: true });
  }
}

function pack(folder: string): string {
  const [packed] = JSON.parse(
    execute(root, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder).replace(/^[^[]*/s, ''),
  );
  return join(folder, packed.filename);
}

function readStacks(output: string): Record<string, unknown> {
  const stacks = join(output, 'stacks');
  const read = (stack: string) => JSON.parse(readFileSync(join(stacks, stack, 'cdk.tf.json'), 'utf8'));
  return Object.fromEntries(readdirSync(stacks).map((stack) => [stack, read(stack)]));
}

export function execute(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${stdout}${stderr}`);
  return stdout;
}

/** Runs named checks, says each, and ends with one line of counts. */
export function verify(checks: Readonly<Record<string, () => void>>): void {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      check();
      console.log(`ok  ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${(error as Error).message}`);
    }
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
