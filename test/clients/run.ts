import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startPostgres } from '../harness/postgres';
import { findS3Server, s3Skipped } from '../harness/s3';
import { startBundled, startWithFiles } from './registry';
import { preparePython } from './venv';

/** Runs the clients that nobody here wrote against our services. The last line is `N passed, N failed, N skipped`. */
export async function main(): Promise<void> {
  const prepared = preparePython();
  if ('missing' in prepared) {
    console.log(`skipped: ${prepared.missing}\n0 passed, 0 failed, 1 skipped`);
    return;
  }
  const postgres = await startPostgres();
  const database = await postgres.createDatabase('registry');
  if (!findS3Server()) console.log(`artifacts go to files, the registry runs from source: ${s3Skipped}`);
  const registry = await (findS3Server() ? startBundled : startWithFiles)(database);
  try {
    const env = {
      ...process.env,
      MLFLOW_TRACKING_URI: registry.url,
      PYTHONUNBUFFERED: '1',
      MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
    };
    const suite = spawn(prepared.python, [join(__dirname, 'mlflow_suite.py')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    suite.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    suite.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    await once(suite, 'close');
    report(output, errors, registry.output());
  } finally {
    await registry.stop();
    await postgres.stop();
  }
}

/** Adds to the suite's own results that every route the client called is one of ours, and that nothing ended in 5xx. */
function report(output: string, errors: string, log: string): void {
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  console.log(output.replace(counts?.[0] ?? '', '').trimEnd());
  let [passed, failed, skipped] = counts ? (counts.slice(1).map(Number) as [number, number, number]) : [0, 1, 0];
  if (!counts) console.log(`FAILED  the suite ended early:\n${errors}`);

  const check = (name: string, problems: string[]) => {
    console.log([problems.length === 0 ? `ok      ${name}` : `FAILED  ${name}`, ...problems].join('\n          '));
    problems.length === 0 ? passed++ : failed++;
  };
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const calls = (message: string) => [
    ...new Set(lines.filter((line) => line.msg === message).map(({ req }) => `${req.method} ${req.path}`)),
  ];
  check('every route that the client called is ours', calls('no such route'));
  check('no request failed inside the registry', [...calls('request failed'), ...calls('request refused')]);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
