let [passed, failed] = [0, 0];

/** Says whether something holds that this example claims. */
export function claim(text: string, holds: boolean, got: unknown): void {
  console.log(holds ? `  ok      ${text}` : `  FAILED  ${text}, got ${JSON.stringify(got)}`);
  if (holds) passed++;
  else failed++;
}

/** The last line, and the exit status. */
export function endOfClaims(): void {
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
