import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

/** The examples whose stacks are checked. */
const examples = ['reasonable-aws', 'existing-cluster'];

type Json = Record<string, unknown>;

/** Synthesizes the examples; returns each stack's JSON by `<example>/<stack>`. */
export function synthesizedStacks(folder: string): Map<string, Json> {
  const stacks = new Map<string, Json>();
  for (const example of examples) {
    const outdir = join(folder, 'out', example);
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', `examples/${example}/main.ts`], {
      cwd: root,
      env: { ...process.env, CDKTF_OUTDIR: outdir },
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
