import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

const examplesFolder = join(root, 'examples');
const examples = readdirSync(examplesFolder).filter((name) => existsSync(join(examplesFolder, name, 'main.ts')));

type Json = Record<string, unknown>;

/** Synthesizes every example; returns each stack's JSON by `<example>/<stack>`. */
export function synthesizedStacks(folder: string): Map<string, Json> {
  const stacks = new Map<string, Json>();
  for (const example of examples) {
    const outdir = join(folder, 'out', example);
    const main = join(examplesFolder, example, 'main.ts');
    // one with a package of its own reads its files from its own folder, and takes the library by its name
    const own = existsSync(join(examplesFolder, example, 'package.json'));
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main], {
      cwd: own ? join(examplesFolder, example) : root,
      env: { ...process.env, CDKTF_OUTDIR: outdir, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`examples/${example} does not synthesize:\n${stderr}`);
    for (const stack of readdirSync(join(outdir, 'stacks')))
      stacks.set(`${example}/${stack}`, read(join(outdir, 'stacks', stack, 'cdk.tf.json')));
  }
  return stacks;
}

/** What must be found: files that no tool may accept. */
export const plantedStacks = (): Map<string, Json> =>
  new Map(
    readdirSync(join(__dirname, 'planted')).map((file) => [
      `planted/${file.replace(/\.json$/, '')}`,
      read(join(__dirname, 'planted', file)),
    ]),
  );

/**
 * Writes stacks for checkov: resources only. Its reader of Terraform's JSON stops at `//`, and takes providers, versions and
 * data sources for resources (3.3.30).
 */
export function writeResources(stacks: ReadonlyMap<string, Json>, folder: string): void {
  for (const [name, { resource }] of stacks)
    write(join(folder, `${name}.tf.json`), { resource: withoutComments(resource) });
}

/** Writes stacks as they are; returns the files. */
export function writeWhole(stacks: ReadonlyMap<string, Json>, folder: string): string[] {
  return [...stacks].map(([name, json]) => write(join(folder, `${name}.json`), json));
}

function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === '//' ? [] : [[key, withoutComments(inner)]])),
  );
}

const read = (file: string): Json => JSON.parse(readFileSync(file, 'utf8'));

function write(file: string, json: Json): string {
  mkdirSync(dirname(file), { recursive: true });
  // one line per attribute: checkov reads line by line
  writeFileSync(file, `${JSON.stringify(json, null, 1)}\n`);
  return file;
}
