/** Something that a service needs: resolves when it is there, throws an error whose message says what is wrong and what to do. */
export type Check = () => Promise<void>;

const limitMs = 3000;

/** Runs every check at once, each within three seconds; returns the problems in words, empty when ready. */
export async function problemsOf(checks: Readonly<Record<string, Check>>): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
      });
      try {
        await Promise.race([check(), late]);
        return undefined;
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return results.filter((problem) => problem !== undefined);
}
