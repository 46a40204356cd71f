import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findS3Server, s3Skipped } from '../harness/s3';
import { delivery } from './images';

/** The providers that the stacks ask for, at the versions that the bindings were made from. */
const providers = { kubernetes: '2.38.0', helm: '3.1.1', random: '3.7.2' };

/** Says what is missing, in words; undefined when the run can start. */
function missing(): string | undefined {
  if (!works('kubectl', 'version'))
    return 'no Kubernetes cluster: kubectl does not reach the one that KUBECONFIG names';
  if (!delivery()) return 'no way to put images into the cluster: neither kind, k3d nor the test bed';
  if (!works('terraform', 'version')) return 'no Terraform';
  if (!hasProviders()) return 'no Terraform providers';
  return findS3Server() ? undefined : s3Skipped;
}

function works(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'pipe', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

function hasProviders(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-providers-'));
  const required = Object.fromEntries(
    Object.entries(providers).map(([name, version]) => [name, { source: `hashicorp/${name}`, version }]),
  );
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: required } }));
  try {
    execFileSync('terraform', ['init', '-input=false'], { cwd: folder, stdio: 'pipe', timeout: 120_000 });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}\n0 passed, 0 failed, 1 skipped`);
} else {
  const jest = resolve(__dirname, '../../node_modules/jest/bin/jest.js');
  const { status } = spawnSync(
    process.execPath,
    [jest, '--config', join(__dirname, 'jest.config.js'), '--runInBand', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
