import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Checked, checkov } from './checkov';
import { conftest } from './conftest';
import { type Finding, judge, type Skip } from './findings';
import { plantedStacks, synthesizedStacks, writeResources, writeWhole } from './stacks';

const root = join(__dirname, '../..');

/** What each tool must find in the planted files: a tool that finds nothing there finds nothing anywhere. */
const planted = JSON.parse(readFileSync(join(__dirname, 'planted.json'), 'utf8')) as Record<string, readonly string[]>;

/** Runs both tools over the stacks of the examples. The last line is `N passed, N failed, N skipped`. */
export function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-policy-'));
  try {
    const stacks = new Map([...synthesizedStacks(folder), ...plantedStacks()]);
    writeResources(stacks, join(folder, 'checkov'));
    const files = writeWhole(stacks, join(folder, 'conftest'));
    report({
      checkov: checkov(join(folder, 'checkov')),
      conftest: conftest(files, join(folder, 'conftest')),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(tools: Readonly<Record<string, Checked | { missing: string }>>): void {
  let [passed, failed, skipped] = [0, 0, 0];
  const fail = (line: string) => {
    console.log(`FAILED   ${line}`);
    failed++;
  };
  const found: Finding[] = [];
  for (const [tool, result] of Object.entries(tools)) {
    if ('missing' in result) {
      console.log(`skipped  ${tool}: ${result.missing}`);
      skipped++;
      continue;
    }
    console.log(`ok       ${tool}: ${result.passed} checks found nothing`);
    passed += result.passed;
    found.push(...result.findings.filter(({ stack }) => !stack.startsWith('planted/')));
    const there = new Set(
      result.findings.filter(({ stack }) => stack.startsWith('planted/')).map(({ check }) => check),
    );
    for (const check of planted[tool] ?? [])
      there.has(check) ? passed++ : fail(`${tool} does not find the planted ${check}`);
  }
  // without a tool nobody knows whether its skips are still needed
  const missing = Object.values(tools).some((result) => 'missing' in result);
  const { accepted, refused, faults } = judge(found, readSkips(), sourceOf);
  for (const { check, stack, resource, text } of refused) fail(`${check} ${stack}: ${resource}: ${text}`);
  for (const fault of missing ? [] : faults) fail(fault);
  for (const { check, stack, resource } of accepted) console.log(`skipped  ${check} ${stack}: ${resource}`);
  skipped += accepted.length;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

const readSkips = (): Skip[] => JSON.parse(readFileSync(join(__dirname, 'skips.json'), 'utf8'));

function sourceOf(file: string): string | undefined {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
