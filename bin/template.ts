import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

type Json = { readonly [key: string]: unknown };

/**
 * Files of a new repository, by path: those of all layers together. A JSON file that two layers have is merged, the
 * later one over the earlier.
 * @param values what stands for `__NAME__` and so on
 */
export function filesOf(layers: readonly string[], values: Readonly<Record<string, string>>): Map<string, string> {
  const files = new Map<string, string>();
  for (const layer of layers) {
    const folder = join(templates(), layer);
    for (const file of filesBelow(folder)) {
      const path = target(relative(folder, file));
      const text = filled(readFileSync(file, 'utf8'), values);
      const before = files.get(path);
      files.set(path, before === undefined ? text : merged(path, before, text));
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** npm takes no file of this name into a package, so it lies there without its dot. */
const target = (path: string) => (path === 'gitignore' ? '.gitignore' : path);

const filled = (text: string, values: Readonly<Record<string, string>>) =>
  text.replace(/__([A-Z]+)__/g, (placeholder, key: string) => values[key] ?? placeholder);

function merged(path: string, before: string, over: string): string {
  if (!path.endsWith('.json')) throw new Error(`two layers of the template have ${path}`);
  const [below, above] = [JSON.parse(before) as Json, JSON.parse(over) as Json];
  const entries = Object.entries(above).map(([key, value]) => [key, { ...(below[key] as Json), ...(value as Json) }]);
  return `${JSON.stringify({ ...below, ...Object.fromEntries(entries) }, null, 2)}\n`;
}

/** Beside the sources, or above the compiled files. */
function templates(folder = __dirname): string {
  const found = join(folder, 'template');
  return existsSync(join(found, 'common')) ? found : templates(dirname(folder));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
