import { within } from './within';

/** Something that a service needs: resolves when it is there, throws an error whose message says what is wrong and what to do. */
export type Check = () => Promise<void>;

const limitMs = 3000;

/** Runs every check at once, each within three seconds; returns the problems in words, empty when ready. */
export async function problemsOf(checks: Readonly<Record<string, Check>>): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return (await within(limitMs, check())) ? undefined : `${name}: no answer within ${limitMs / 1000} s`;
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
    }),
  );
  return results.filter((problem) => problem !== undefined);
}
