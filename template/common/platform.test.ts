import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { PlatformApp } from 'mlops-constructs';
import { build } from './platform';
import { preset } from './preset';

const folder = mkdtempSync(join(tmpdir(), `${preset.name}-`));
const outdir = join(folder, 'cdktf.out');
const app = new PlatformApp({ outdir });
build(app);
app.synth();
after(() => rmSync(folder, { recursive: true }));

const read = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
const stacks: readonly string[] = read('review.json').stacks;
const written = (stack: string) => JSON.stringify(read(`stacks/${stack}/cdk.tf.json`));

test('the platform is written, its workloads last', () => {
  assert.equal(stacks.at(-1), `${preset.name}-platform`);
  assert.match(written(`${preset.name}-platform`), /kubernetes_deployment_v1/);
});

test('what holds data refuses to be destroyed', () => {
  assert.ok(stacks.some((stack) => written(stack).includes('"prevent_destroy":true')));
});

test('every stack of the platform keeps its state in the same place', () => {
  // the stack 'bootstrap' makes that place
  for (const stack of stacks.filter((name) => !name.endsWith('-bootstrap')))
    assert.deepEqual(Object.keys(read(`stacks/${stack}/cdk.tf.json`).terraform.backend), [preset.state.mode]);
});
