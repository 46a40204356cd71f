import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import type { Checked } from './checkov';

const version = 'v0.66.0';
const inGo = join(homedir(), 'go/bin/conftest');

/** Runs conftest with our policies over files, or says in words why it cannot. */
export function conftest(files: readonly string[], folder: string): Checked | { missing: string } {
  const program = find();
  if (program === undefined) return { missing: 'no conftest on PATH or in ~/go/bin, and no go to install it' };
  const policies = join(__dirname, 'rego');
  const { stdout, stderr } = spawnSync(program, ['test', '--policy', policies, '--output', 'json', ...files], {
    encoding: 'utf8',
  });
  if (!stdout.trimStart().startsWith('[')) throw new Error(`conftest did not run:\n${stderr || stdout}`);
  const results = JSON.parse(stdout) as { filename: string; successes: number; failures?: { msg: string }[] }[];
  const stackOf = (file: string) => relative(folder, file).replace(/\.json$/, '');
  return {
    passed: results
      .filter(({ filename }) => !stackOf(filename).startsWith('planted/'))
      .reduce((sum, { successes }) => sum + successes, 0),
    findings: results.flatMap(({ filename, failures = [] }) =>
      failures.map(({ msg }) => {
        const [, check = '?', resource = '', text = msg] = /^(\S+) (\S+): (.*)$/s.exec(msg) ?? [];
        return { check, stack: stackOf(filename), resource: resource.split('.').slice(1).join('.'), text };
      }),
    ),
  };
}

function find(): string | undefined {
  if (runs('conftest', '--version')) return 'conftest';
  if (existsSync(inGo)) return inGo;
  if (!runs('go', 'version')) return undefined;
  console.log(`installing conftest ${version} into ${inGo}, once`);
  return runs('go', 'install', `github.com/open-policy-agent/conftest@${version}`) ? inGo : undefined;
}

const runs = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
