import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { optionalProps } from './optional-props';
import { files, read, root, sources } from './sources';

describe('docstrings of optional props', () => {
  test.each([
    ['/** Size.\n   * @default 2\n   */\n  readonly size?: number;', true],
    ['/** Size. @default - as many as fit */ size?: number;', true],
    ['/** Size. */\n  readonly size?: number;', false],
    ['readonly size?: number;', false],
    ['/** A. @default 1 */\n  readonly a: string;\n  readonly size?: number;', false],
    ['/** Größe – ≤ 2. @default 2 */\n  readonly size?: number;', true],
    ['// @default 2\n  readonly size?: number;', false],
  ])('%j has a default: %s', (member, hasDefault) => {
    const text = `// Ünïcode\nexport interface Props {\n  ${member}\n}\n`;
    expect(optionalProps({ path: 'x.ts', text })).toEqual([{ place: 'x.ts: Props.size', hasDefault }]);
  });

  test('are found in nested types, in type aliases, and in exported types only', () => {
    const text = 'export interface A { a: { b?: 1 } } interface B { c?: 1 } export type C = { d?: 1 } | { e: 1 };';
    expect(optionalProps({ path: 'x.ts', text }).map(({ place }) => place)).toEqual(['x.ts: A.b', 'x.ts: C.d']);
  });

  test('all say their default', () => {
    const props = sources('lib', 'stacks').flatMap(optionalProps);
    const without = props.filter(({ hasDefault }) => !hasDefault).map(({ place }) => place);
    print(`${props.length - without.length} of ${props.length} optional props say their default`);
    expect(without).toEqual([]);
    expect(props.length).toBeGreaterThan(20);
  });
});

test('the median file has fewer than 100 lines of code', () => {
  const sizes = sources('lib', 'stacks', 'bin', 'services', 'examples')
    .map(({ path, text }) => ({ path, lines: linesOfCode(text) }))
    .sort((a, b) => a.lines - b.lines);
  const median = sizes[Math.floor(sizes.length / 2)]?.lines ?? 0;
  const largest = sizes.at(-1);
  print(`${sizes.length} files, lines of code: median ${median}, largest ${largest?.lines} (${largest?.path})`);
  expect(median).toBeLessThan(100);
});

test('snippets of all docs compile', () => {
  const snippets = documents().flatMap(({ path, text }) => snippetsOf(path, text));
  const { problems } = compile(snippets);
  print(`${snippets.length} snippets of ${documents().length} documents`);
  expect(problems).toEqual([]);
});

test('a snippet that does not compile is found, with its place', () => {
  const text = "# Title\n\n```ts\nimport { PlatformError } from 'mlops-constructs';\nconst size: number = 'a';\n```\n";
  expect(compile(snippetsOf('docs/planted.md', text)).problems).toEqual([
    expect.stringMatching(/^docs\/planted\.md:5: .*Type 'string' is not assignable to type 'number'/),
  ]);
});

/** Neither blank nor comment. */
const linesOfCode = (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

const documents = () =>
  [
    join(root, 'README.md'),
    join(root, 'CONTRIBUTING.md'),
    ...files(join(root, 'docs'), '.md'),
    ...files(join(root, 'lib'), '.md'),
  ]
    .filter(existsSync)
    .map(read);

interface Snippet {
  readonly document: string;
  /** Of its first line in the document, from 1. */
  readonly line: number;
  readonly code: string;
}

function snippetsOf(document: string, text: string): Snippet[] {
  return [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1] ?? '',
  }));
}

/** One run of the compiler over all snippets, each a module of its own. */
function compile(snippets: readonly Snippet[]): { problems: string[] } {
  const folder = join(root, 'dist/.snippets');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, { code }] of snippets.entries())
    writeFileSync(join(folder, `${index}.ts`), `${code}\nexport {};\n`);
  const project = {
    extends: '../../tsconfig.json',
    compilerOptions: { noEmit: true, rootDir: '../..', paths: publicPaths() },
    files: snippets.map((_, index) => `${index}.ts`),
    include: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true, force: true });
  if (status === 0 || snippets.length === 0) return { problems: [] };
  // what is wrong elsewhere is found by the check of types
  const lines = stdout.split('\n').filter((line) => /^\d/.test(line));
  return {
    problems: lines.map((line) =>
      line.replace(/^(\d+)\.ts\((\d+),\d+\): /, (_, index, row) => place(snippets[index], Number(row))),
    ),
  };
}

const place = (snippet: Snippet | undefined, row: number) => `${snippet?.document}:${(snippet?.line ?? 0) + row - 1}: `;

/** The subpaths of package.json, each to its source. */
function publicPaths(): Record<string, string[]> {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const sourceOf = (types: string) => `../../${relative('dist', types).replace(/\.d\.ts$/, '.ts')}`;
  const entries = Object.entries<{ types?: string }>(exports).flatMap(([subpath, { types }]) =>
    types ? [[join(name, subpath), [sourceOf(types)]] as const] : [],
  );
  return { [name]: ['../../lib/index.ts'], ...Object.fromEntries(entries) };
}

/** Figures that a run shows, also where all is well. */
const print = (line: string) => process.stderr.write(`${line}\n`);
