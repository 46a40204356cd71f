import type { IConstruct } from 'constructs';

/** One thing that cannot work, in the user's words: what is wrong, what was found, and what to do instead. */
export interface Problem {
  readonly what: string;
  readonly got: string;
  readonly do: string;
}

const sentence = (problem: Problem) => `${problem.what}, got ${problem.got}; ${problem.do}`;

/** The user asked for something that cannot work. Holds every problem that was found, not only the first. */
export class PlatformError extends Error {
  /** Each as one sentence: `what, got …; do`. */
  declare readonly problems: readonly string[];

  constructor(...problems: readonly (Problem | string)[]) {
    const texts = problems.map((problem) => (typeof problem === 'string' ? problem : sentence(problem)));
    super(
      texts.length === 1 ? texts[0] : `${texts.length} problems:\n${texts.map((text) => `  - ${text}`).join('\n')}`,
    );
    this.name = 'PlatformError';
    // uncaught, it is printed as it stands here: its text says where and what to do, a stack says neither
    this.stack = `${this.name}: ${this.message}`;
    Object.defineProperty(this, 'problems', { value: texts, enumerable: false });
  }
}

/**
 * Records a problem of a construct, to be reported with all others when the app is synthesized: each with the
 * construct's path, and nothing is written.
 */
export function report(scope: IConstruct, problem: Problem | string): void {
  const text = typeof problem === 'string' ? problem : sentence(problem);
  scope.node.addValidation({ validate: () => [text] });
}

/** Runs a step for its problems only: those of a `PlatformError`, none when it goes well. Any other error goes on. */
export function problemsOf(step: () => unknown): readonly string[] {
  try {
    step();
    return [];
  } catch (error) {
    if (error instanceof PlatformError) return error.problems;
    throw error;
  }
}

/**
 * Runs a step whose failure must not hide the problems of the next one: a `PlatformError` is recorded on `scope`, any
 * other error goes on.
 * @returns what the step made, or undefined after a problem
 */
export function attempt<T>(scope: IConstruct, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    for (const problem of error.problems) report(scope, problem);
    return undefined;
  }
}
