import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environments, preparePython } from '../clients/venv';
import type { Finding } from './findings';

export interface Checked {
  /** Checks that found nothing. */
  readonly passed: number;
  readonly findings: readonly Finding[];
}

interface Report {
  readonly summary?: { readonly passed: number; readonly parsing_errors: number };
  readonly results?: Readonly<Record<'passed_checks' | 'failed_checks', readonly Check[]>>;
}
interface Check {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_path: string;
  readonly resource: string;
}

/** Runs checkov over a folder of stacks, or says in words why it cannot. */
export function checkov(folder: string): Checked | { missing: string } {
  const prepared = preparePython({
    requirements: join(__dirname, 'requirements.txt'),
    folder: join(environments, 'checkov'),
  });
  if ('missing' in prepared) return prepared;
  const { stdout, stderr } = spawnSync(
    join(prepared.python, '../checkov'),
    ['-d', folder, '--framework', 'terraform_json', '--output', 'json', '--compact', '--skip-download'],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LOG_LEVEL: 'ERROR' } },
  );
  const { summary, results } = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)) || '{}') as Report;
  if (!summary || !results || summary.parsing_errors > 0)
    throw new Error(`checkov could not read the stacks:\n${stderr || stdout}`);
  return {
    passed: results.passed_checks.filter(({ file_path }) => !file_path.startsWith('/planted/')).length,
    findings: results.failed_checks.map(({ check_id: check, check_name, file_path, resource }) => {
      // its address begins with the type, or with the word resource
      const name = resource.split('.').slice(1).join('.');
      return { check, stack: file_path.slice(1).replace(/\.tf\.json$/, ''), resource: name, text: check_name };
    }),
  };
}
