import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../..');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

let folder: string;
beforeEach(() => {
  // below the repository, so that the scaffold finds its packages; the library's name leads to the sources
  folder = mkdtempSync(join(root, '.synth-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(cwd: string, ...args: readonly string[]) {
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd, env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}
const init = (...args: readonly string[]) => run(folder, join(root, 'bin/mlops.ts'), 'init', ...args);

test.each([
  ['kubernetes', 'local'],
  ['aws', 's3'],
])(
  'a new repository for %s with state %s: its own test passes',
  async (target, state) => {
    const { status, stderr, stdout } = await init('acme', '--target', target, '--state', state);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('  .github/workflows/pull-request.yml\n');
    expect(stdout).toContain('\n  cd acme\n');
    const { stdout: output } = await run(join(folder, 'acme'), '--test', '--test-reporter=tap', 'platform.test.ts');
    expect(output).toMatch(/# pass 3\n# fail 0\n/);
    expect(read(folder, 'acme/state.ts')).toContain(`mode: '${state}'`);
    expect(read(folder, 'acme/.gitignore')).toContain('.secrets/');
    const written = readdirSync(join(folder, 'acme'), { recursive: true, withFileTypes: true }).filter((e) =>
      e.isFile(),
    );
    for (const { parentPath, name } of written) expect(read(parentPath, name)).not.toMatch(/__[A-Z]+__/);
  },
  60_000,
);

test('names, repository and toolkit stand where they belong', async () => {
  const { status } = await init(
    '--target',
    'aws',
    '--name',
    'ads',
    '--repository',
    'ghcr.io/ads/ml',
    '--toolkit',
    'cdktn',
  );
  expect(status).toBe(0);
  expect(read(folder, 'preset.ts')).toContain("name: 'ads',\n  images: { repository: 'ghcr.io/ads/ml' }");
  const { peerDependencies, version } = JSON.parse(read(root, 'package.json'));
  const { name, dependencies, overrides } = JSON.parse(read(folder, 'package.json'));
  expect(name).toBe('ads-ml-platform');
  expect(overrides).toEqual({
    '@cdktf/node-pty-prebuilt-multiarch': 'npm:@lydell/node-pty@^1.1.0',
    cdktf: 'npm:cdktn@0.24.0',
  });
  // constructs: the library takes more versions than cdktn does
  const { constructs, ...peers } = peerDependencies;
  expect(dependencies).toEqual({
    ...peers,
    cdktf: 'npm:cdktn@0.24.0',
    constructs: '~10.7.0',
    'mlops-constructs': version,
  });
}, 60_000);

test('nothing is overwritten: all files that are there, and what else is wrong, at once', async () => {
  mkdirSync(join(folder, 'Acme'));
  for (const file of ['package.json', 'preset.ts']) writeFileSync(join(folder, 'Acme', file), 'mine');
  const { status, stdout, stderr } = await init('Acme', '--target', 'kubernetes', '--repository', "ghcr.io/'");
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `mlops: 3 problems:
  - the name of the platform is not a DNS label, got 'Acme'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit
  - --repository is no place for images, got 'ghcr.io/''; write it as 'ghcr.io/acme/mlops'
  - '${join(folder, 'Acme')}' has files that mlops init would write, got package.json, preset.ts; name another folder, or move them away: nothing was written
`,
  );
  expect(readdirSync(join(folder, 'Acme'))).toEqual(['package.json', 'preset.ts']);
  expect(read(folder, 'Acme/preset.ts')).toBe('mine');
}, 60_000);

test('the workflow runs what is there, with no secret for pull requests of forks', () => {
  const workflow = parse(read(root, 'template/common/.github/workflows/pull-request.yml'));
  expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
  const steps: { run?: string; uses?: string; if?: string }[] = workflow.jobs.review.steps;
  const { scripts } = JSON.parse(read(root, 'template/common/package.json'));
  const used = steps.flatMap(({ run }) =>
    [...(run ?? '').matchAll(/npm (?:run )?(check|test)\b/g)].map(([, name]) => name),
  );
  expect(used.every((name) => String(name) in scripts)).toBe(true);
  for (const { uses } of steps.filter(({ uses }) => uses?.startsWith('./')))
    for (const target of ['aws', 'kubernetes'])
      expect(existsSync(join(root, 'template', target, String(uses), 'action.yml'))).toBe(true);
  const withSecrets = steps.filter((step) => JSON.stringify(step).includes('secrets.'));
  expect(withSecrets.map((step) => step.if)).toEqual(["env.PLAN == 'yes'"]);
});
