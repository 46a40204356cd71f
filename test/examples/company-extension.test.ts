import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder, readSynthesized } from '../harness/synth';

const folder = join(__dirname, '../../examples/company-extension');

/** As in the company's folder, with this repository's sources in the place of the package. */
async function run(outdir: string, ...args: readonly string[]): Promise<{ status: number; output: string }> {
  const env = { ...process.env, CDKTF_OUTDIR: outdir, TSX_TSCONFIG_PATH: join(__dirname, '../../tsconfig.json') };
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: folder, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const [status] = await once(child, 'close');
  return { status, output };
}

test('the addresses of the example are what they were: a changed address is a destroyed resource', async () => {
  const outdir = newFolder();
  expect(await run(outdir, 'main.ts')).toEqual({ status: 0, output: '' });
  const snapshot = readFileSync(join(__dirname, '../addresses/company-extension.txt'), 'utf8');
  expect(`${readSynthesized(outdir).addresses.join('\n')}\n`).toBe(snapshot);
}, 60_000);

test("the company's own tests pass", async () => {
  const { status, output } = await run(newFolder(), '--test', '--test-reporter=tap', 'platform.test.ts');
  expect(output).toMatch(/# pass [1-9]\d*\n# fail 0\n/);
  expect(status).toBe(0);
}, 60_000);
