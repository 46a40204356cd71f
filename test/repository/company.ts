// Repositories of companies, with the packed library from npm in the place of the sources.
import { deepEqual, match } from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Consumer, execute } from './consumer';
import { root } from './sources';

/** `'212 KiB packed'`. */
export const sizeOf = (tarball: string) => `${Math.ceil(statSync(tarball).size / 1024)} KiB packed`;

/** What `mlops init` makes, from an empty folder to the comment of a pull request. */
export function newRepository(consumer: Consumer): void {
  const folder = join(consumer.folder, 'acme');
  execute(consumer.folder, 'node_modules/.bin/mlops', 'init', 'acme', '--target', 'kubernetes');
  install(folder, consumer.tarball);
  execute(folder, 'npm', 'run', 'check');
  execute(folder, 'npm', 'test');
  const base = join(consumer.folder, 'base');
  cpSync(folder, base, { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(folder, 'node_modules'), join(base, 'node_modules'));
  const preset = readFileSync(join(folder, 'preset.ts'), 'utf8');
  writeFileSync(join(folder, 'preset.ts'), preset.replace('  state,', "  state,\n  training: { mode: 'off' },"));
  const report = execute(folder, 'env', 'PLAN=yes', 'bash', 'ci/report.sh', base);
  match(report, /<summary>Resources, pools, costs, duties<\/summary>/);
  match(report, /<summary>Review rules: \d+ rules, nothing found in 3 stacks<\/summary>/);
  match(report, /kubernetes_cron_job_v1/);
  match(report, /- acme-foundation: no plan, its state lies in a local file\n- acme-data: no plan/);
}

/** The example of the five ways to extend the library; after `newRepository`, whose packages it takes over. */
export function companyExtension(consumer: Consumer): void {
  const folder = join(consumer.folder, 'company-extension');
  cpSync(join(root, 'examples/company-extension'), folder, { recursive: true });
  // one installation serves both
  deepEqual(dependenciesOf(folder), dependenciesOf(join(root, 'template/common')));
  renameSync(join(consumer.folder, 'acme/node_modules'), join(folder, 'node_modules'));
  execute(folder, 'npm', 'run', 'check');
  execute(folder, 'npm', 'test');
  match(execute(folder, 'npm', 'run', 'synth'), /resources in 3 stacks/);
}

function dependenciesOf(folder: string): object {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { 'mlops-constructs': _, ...others } = dependencies;
  return { ...others, ...devDependencies };
}

function install(folder: string, tarball: string): void {
  const file = join(folder, 'package.json');
  const project = JSON.parse(readFileSync(file, 'utf8'));
  project.dependencies['mlops-constructs'] = `file:${tarball}`;
  writeFileSync(file, JSON.stringify(project));
  const start = Date.now();
  execute(folder, 'npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
  console.log(
    `    npm install took ${((Date.now() - start) / 1000).toFixed(1)} s, its cache warm where it was filled before`,
  );
}
