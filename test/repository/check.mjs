// npm run check: every tool runs, also when one before it fails; each counts as one check beside those of test/repository.
import { spawnSync } from 'node:child_process';

const steps = ['types', 'lint', 'layers', 'unused', 'rules'];

let passed = 0;
const failed = [];
let skipped = 0;
for (const step of steps) {
  const start = Date.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', `check:${step}`], { encoding: 'utf8' });
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(stdout);
  const ok = status === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${step} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  const figures = stderr.split('\n').filter((line) => /^\d+ /.test(line));
  console.log(ok ? figures.map((line) => `    ${line}\n`).join('') : `${stdout}${stderr}`);
  passed += counts ? Number(counts[1]) : Number(ok);
  skipped += counts ? Number(counts[3]) : 0;
  if (!ok) failed.push(...Array(counts ? Math.max(1, Number(counts[2])) : 1).fill(step));
}
console.log(`${passed} passed, ${failed.length} failed, ${skipped} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;
