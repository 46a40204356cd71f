import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the tests came to, over all suites. */
export class Results {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  add([passed, failed, skipped]: readonly [number, number, number]): void {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** One test of our own. */
  check(name: string, problems: readonly string[]): void {
    console.log([problems.length === 0 ? `ok      ${name}` : `FAILED  ${name}`, ...problems].join('\n          '));
    this.add(problems.length === 0 ? [1, 0, 0] : [0, 1, 0]);
  }

  skip(what: string, why: string): void {
    console.log(`skipped ${what}: ${why}`);
    this.skipped++;
  }

  /** The last line of all. */
  end(): void {
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}

export interface Suite {
  readonly title: string;
  readonly python: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a suite in Python; what it says stands under its title. It prints its tests and ends with a line of counts; one that ends without them has failed. */
export async function runSuite(results: Results, { title, python, script, args = [], env = {} }: Suite): Promise<void> {
  const suite = spawn(python, [join(__dirname, script), ...args], {
    env: { ...process.env, PYTHONUNBUFFERED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  suite.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  suite.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await once(suite, 'close');
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  console.log(`== ${title}\n${output.replace(counts?.[0] ?? '', '').trimEnd()}`);
  if (!counts) console.log(`FAILED  ${script} ended early:\n${errors}`);
  results.add(counts ? (counts.slice(1).map(Number) as [number, number, number]) : [0, 1, 0]);
}

/** Calls in the log of a service that ended with one of these messages, each once. */
export function callsThat(service: { readonly output: () => string }, ...messages: string[]): string[] {
  const lines = service
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  return [
    ...new Set(
      lines
        .filter(({ msg }) => messages.includes(msg))
        .map(({ req, method }) => (req ? `${req.method} ${req.path}` : method)),
    ),
  ];
}
