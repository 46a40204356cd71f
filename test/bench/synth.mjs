// npm run bench:synth: what a synth costs from compiled output, against a process that only loads the same code: its provider
// classes, and all of it.
// CPU time in alternation, so that a busy machine troubles both alike. Exit 1 when a bound of the project does not hold.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const compiled = join(root, 'node_modules/.cache/bench');
const work = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
const rounds = Number(process.argv[2] ?? 15);

function measure(script, args = [], env = {}) {
  const to = join(work, 'measured.json');
  const environment = { ...process.env, ...env, MEASURE_TO: to, CDKTF_OUTDIR: join(work, 'cdktf.out') };
  execFileSync(process.execPath, ['--require', join(import.meta.dirname, 'measure.cjs'), script, ...args], {
    cwd: root,
    env: environment,
  });
  return JSON.parse(readFileSync(to, 'utf8'));
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number) => Math.round(number * 100) / 100;

try {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', import.meta.dirname], { cwd: root, stdio: 'inherit' });
  execFileSync('cp', ['-r', join(root, 'lib/kubernetes/charts'), join(compiled, 'lib/kubernetes/')]);
  const broken = ['reasonable-aws', 'existing-cluster'].flatMap((name) => {
    const example = join(compiled, 'examples', name, 'main.js');
    const { classes, modules } = measure(example);
    const ofAws = classes.filter((file) => file.includes('provider-aws')).length;
    const load = (files) => () => {
      const list = join(work, 'load.json');
      writeFileSync(list, JSON.stringify(files));
      return measure(join(import.meta.dirname, 'load-files.cjs'), [], { LOAD: list });
    };
    const programs = { synth: () => measure(example), classes: load(classes), code: load(modules) };
    const runs = Array.from({ length: rounds }, () =>
      Object.fromEntries(Object.entries(programs).map(([what, run]) => [what, run()])),
    );
    console.log(`${name}: medians of ${rounds}, in alternation; ${ofAws} classes of AWS`);
    for (const [what, text] of [
      ['synth', 'synth'],
      ['classes', `loading its ${classes.length} provider classes`],
      ['code', `loading all its code, ${modules.length} modules`],
    ]) {
      const of = (key) => round(median(runs.map((run) => run[what][key])));
      const ratios = runs.map((run) => run.synth.cpuSeconds / run[what].cpuSeconds).sort((a, b) => a - b);
      const against =
        what === 'synth'
          ? ''
          : `; synth is ${ratios.map(round)[Math.floor(rounds / 2)]} times that (${round(ratios[0])} to ${round(ratios.at(-1))})`;
      console.log(`  ${text}: ${of('cpuSeconds')} CPU-s, ${of('megabytes')} MB${against}`);
    }
    const ratio = median(runs.map((run) => run.synth.cpuSeconds / run.code.cpuSeconds));
    return [
      ...(ratio > 2 ? [`${name}: synth costs more than twice the load of its code`] : []),
      ...(median(runs.map((run) => run.synth.megabytes)) > 200 ? [`${name}: synth takes more than 200 MB`] : []),
      ...(name === 'existing-cluster' && ofAws > 0 ? [`${name}: a class of AWS was loaded`] : []),
    ];
  });

  const growth = [1, 10, 100].map((platforms) => ({
    platforms,
    cpuSeconds: median(
      Array.from(
        { length: 5 },
        () => measure(join(compiled, 'test/bench/platforms.js'), [String(platforms)]).cpuSeconds,
      ),
    ),
  }));
  for (const { platforms, cpuSeconds } of growth)
    console.log(`${platforms} platforms in one app: ${round(cpuSeconds)} CPU-s`);
  const [one, ten, hundred] = growth.map(({ cpuSeconds }) => cpuSeconds);
  const perPlatform = [(ten - one) / 9, (hundred - ten) / 90];
  console.log(
    `per further platform: ${perPlatform.map((s) => `${round(s * 1000)} ms`).join(' (2 to 10), ')} (11 to 100)`,
  );

  if (perPlatform[1] > 1.5 * perPlatform[0]) broken.push('the cost of a platform grows with their number');
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
} finally {
  rmSync(work, { recursive: true });
}
