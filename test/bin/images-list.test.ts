import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Cluster } from '../../lib/kubernetes/index';
import { Operator } from '../../lib/operators/index';
import { example, newFolder, preset, synthesized } from '../harness/synth';
import { plain, specs } from '../operators/operators';
import { Workbench } from './mlops';

const root = join(__dirname, '../..');
const workbench = new Workbench();

type Image = { readonly image: string; readonly licence?: string; readonly by: readonly string[] };

const listed = (outdir: string, format: 'text' | 'json') => {
  const { status, stdout, stderr } = workbench.mlops('images', 'list', '--format', format, '--output', outdir);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

/** What the command says is what a file says, which `UPDATE_IMAGES` writes; as JSON it says the same. */
function expectGolden(outdir: string, name: string): readonly Image[] {
  const golden = join(root, `test/images/${name}.txt`);
  const text = listed(outdir, 'text');
  if (process.env.UPDATE_IMAGES) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, 'utf8'));
  const images = JSON.parse(listed(outdir, 'json'));
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  const rows = images.map((one: any) => [one.image, one.version, one.licence ?? 'yours', one.by.join(', ')]);
  const lines = text.trimEnd().split('\n').slice(2);
  expect(rows).toEqual(lines.map((line) => line.split(/ {2,}/)));
  return images;
}

/** Folder of an example's stacks; one with a package of its own takes the library as users do, by its name. */
function outdirOf(name: string): string {
  const folder = join(root, 'examples', name);
  if (!existsSync(join(folder, 'package.json'))) return example(name as Parameters<typeof example>[0]);
  const outdir = newFolder();
  const env = { ...process.env, CDKTF_OUTDIR: outdir, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'main.ts'], { cwd: folder, env });
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  return outdir;
}

const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'main.ts')),
);

test.each(examples)(
  'the images of the example %s are what they were',
  (name) => {
    expectGolden(outdirOf(name), name);
  },
  60_000,
);

test('every list is of an example that there is, or of the charts', () => {
  const lists = readdirSync(join(root, 'test/images')).map((file) => file.replace(/\.txt$/, ''));
  expect(lists.sort()).toEqual([...examples, 'charts'].sort());
});

test('the images of every chart, with everything that an option makes it start, are what they were', () => {
  const { outdir } = synthesized((app) => {
    const { kubeconfig, context, pools } = preset.target;
    const cluster = Cluster.fromKubeconfig(app, 'Cluster', { name: 'on-prem', kubeconfig, context, pools });
    specs.forEach(({ chart, ...spec }, number) => {
      const stack = new TerraformStack(app, `${chart.name}-${number}`);
      const identity = new Construct(stack, 'Identity');
      // each of them would be in the way of the next one in one namespace
      const operator = { ...spec, chart: { ...chart, namespace: `option-${number}` } };
      new Operator(stack, 'It', { cluster, platform: 'acme', operator, identity });
    });
  });
  const images = expectGolden(outdir, 'charts');
  expect(images.filter(({ licence }) => licence === undefined)).toEqual([]);
  const charts = new Set(images.flatMap(({ by }) => by.map((one) => one.split(' ')[1])));
  expect([...charts].sort()).toEqual(plain.map(({ chart }) => chart.name).sort());
});

test('an operator of the library that is not among these charts would be listed by nobody', () => {
  const sources = readdirSync(join(root, 'lib/operators')).filter((file) => file.endsWith('.ts'));
  const charts = sources.flatMap((file) => {
    const text = readFileSync(join(root, 'lib/operators', file), 'utf8');
    return [...text.matchAll(/^export const (\w+) = .*\): OperatorSpec =>/gm)].map(([, name]) => name);
  });
  const used = readFileSync(join(root, 'test/operators/operators.ts'), 'utf8');
  expect(charts).toHaveLength(plain.length);
  for (const name of charts) expect(used).toMatch(new RegExp(`^  ${name}\\(`, 'm'));
});

test('an image of somebody else has a licence, one of yours says so', () => {
  const images: readonly Image[] = JSON.parse(listed(example('on-prem'), 'json'));
  expect(images.filter(({ licence }) => licence === undefined)).toEqual([
    {
      image: 'registry.example.com/acme/train-delay:1.0.0',
      version: '1.0.0',
      by: ['acme-platform/Training/train-delay/Template'],
    },
  ]);
});
