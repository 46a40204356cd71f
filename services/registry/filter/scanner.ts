import { invalid } from '../protocol/errors';

/** Reads a filter or an order from left to right; every error names the position (from 1) and what stands there. */
export class Scanner {
  private position = 0;

  constructor(
    private readonly text: string,
    /** What is read, for errors: 'filter' or 'order_by'. */
    private readonly kind: string,
  ) {
    this.skipSpace();
  }

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  get place(): number {
    return this.position;
  }

  /** Takes what the sticky expression matches here, and the space after it; its first group is the value. */
  take(pattern: RegExp): string | undefined {
    const value = this.takeTight(pattern);
    if (value !== undefined) this.skipSpace();
    return value;
  }

  /** As `take`, but leaves the space after it. */
  takeTight(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position = pattern.lastIndex;
    return match[1] ?? match[0];
  }

  fail(expected: string, position = this.position): never {
    const rest = this.text.slice(position);
    const got = rest === '' ? 'the end' : `'${rest.length > 30 ? `${rest.slice(0, 30)}…` : rest}'`;
    throw invalid(
      `Invalid ${this.kind} at position ${position + 1}: expected ${expected}, got ${got} in "${this.text}"`,
    );
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }
}
