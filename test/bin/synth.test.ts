import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from './mlops';

describe('mlops synth', () => {
  let bench: Workbench;
  beforeAll(() => {
    bench = new Workbench();
    const cdktf = JSON.stringify(require.resolve('cdktf'));
    const [namespace, provider] = ['namespace-v1', 'provider'].map((part) =>
      JSON.stringify(require.resolve(`@cdktf/provider-kubernetes/lib/${part}`)),
    );
    bench.write(
      'app.js',
      `const { App, TerraformStack } = require(${cdktf});
       const { NamespaceV1 } = require(${namespace});
       const { KubernetesProvider } = require(${provider});
       const app = new App();
       const stack = new TerraformStack(app, 'platform');
       new KubernetesProvider(stack, 'Provider');
       new NamespaceV1(stack, 'Namespace', { metadata: { name: 'a' } });
       const later = new TerraformStack(app, 'add-ons');
       new KubernetesProvider(later, 'Provider');
       new NamespaceV1(later, 'Namespace', { metadata: { name: 'b' } });
       app.synth();
       require('node:fs').writeFileSync(app.outdir + '/review.json', JSON.stringify({ stacks: ['platform', 'add-ons'], notes: [{ path: 'platform', text: 'nobody backs this up' }], pools: [] }));`,
    );
    bench.write('failing.js', `process.stderr.write("preset: 'scal' is unknown\\n"); process.exit(3);`);
  });
  const project = (app: unknown) => bench.write('cdktf.json', { language: 'typescript', app });

  test('writes where --output says, and prints what it wrote, in the order of deployment', () => {
    project('node app.js');
    const { status, stdout, stderr } = bench.mlops('synth', '--output', 'out');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(existsSync(join(bench.folder, 'out/stacks/platform/cdk.tf.json'))).toBe(true);
    expect(stdout).toBe(`stack     construct  count  resources
--------  ---------  -----  ---------
platform  Namespace  1      kubernetes_namespace_v1
add-ons   Namespace  1      kubernetes_namespace_v1

2 resources in 2 stacks: ${join(realpathSync(bench.folder), 'out')}

What a reviewer should know:
  - nobody backs this up (platform)
`);
  });

  test('runs the program that --app names, without a cdktf.json', () => {
    const { status, stdout } = bench.mlops('synth', '--app', 'node app.js', '--output', 'other');
    expect({ status, last: stdout.includes(`2 stacks: ${join(realpathSync(bench.folder), 'other')}`) }).toEqual({
      status: 0,
      last: true,
    });
  });

  test("passes the app's own words and exit code on", () => {
    project('node failing.js');
    expect(bench.mlops('synth')).toEqual({ status: 3, stdout: '', stderr: "preset: 'scal' is unknown\n" });
  });

  test('says that cdktf.json names no app', () => {
    project('');
    expect(bench.mlops('synth').stderr).toMatch(
      /^mlops: \S+cdktf.json names no app, got app: ""; run mlops in the folder of your cdktf.json: /,
    );
  });
});

test('the command of package.json starts, and lists its commands', () => {
  const bench = new Workbench();
  const { stdout } = bench.mlops('--help');
  for (const command of ['synth', 'diff', 'review', 'images', 'run', 'local'])
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  expect(readFileSync(join(__dirname, '../../bin/mlops.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
