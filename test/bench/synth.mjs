// npm run bench:synth: what a synth costs from compiled output, against a process that only loads the same provider classes.
// CPU time in alternation, so that a busy machine troubles both alike. Exit 1 when a bound of the project does not hold.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  const floor = join(import.meta.dirname, 'load-classes.cjs');
  const broken = ['reasonable-aws', 'existing-cluster'].flatMap((name) => {
    const example = join(compiled, 'examples', name, 'main.js');
    const { classes } = measure(example);
    const ofAws = classes.filter((file) => file.includes('provider-aws')).length;
    const pairs = Array.from({ length: rounds }, () => [
      measure(example),
      measure(floor, [], { CLASSES: JSON.stringify(classes) }),
    ]);
    const ratios = pairs.map(([synth, load]) => synth.cpuSeconds / load.cpuSeconds).sort((a, b) => a - b);
    const of = (key, index) => median(pairs.map((pair) => pair[index][key]));
    console.log(`${name}: ${classes.length} provider classes loaded, ${ofAws} of AWS (medians of ${rounds})`);
    for (const [index, what] of ['synth', 'floor'].entries())
      console.log(`  ${what}: ${round(of('cpuSeconds', index))} CPU-s, ${round(of('megabytes', index))} MB`);
    const ratio = median(ratios);
    console.log(
      `  ratio of CPU time, in alternation: ${round(ratio)} (${round(ratios[0])} to ${round(ratios.at(-1))})`,
    );
    return [
      ...(ratio > 2 ? [`${name}: the ratio is above 2.0`] : []),
      ...(of('megabytes', 0) > 200 ? [`${name}: synth takes more than 200 MB`] : []),
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
