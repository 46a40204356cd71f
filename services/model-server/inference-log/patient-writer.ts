import { Readable } from 'node:stream';
import { ServiceError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import type { ObjectStore } from '../../kit/object-store';

/** Longest time between two tries, in milliseconds. */
const longestRetryMs = 60_000;

export interface PatientWriterProps {
  readonly store: Pick<ObjectStore, 'put'>;
  readonly log: Log;
  /** Milliseconds until a write is tried again, doubled each time up to a minute. @default 1000 */
  readonly retryMs?: number;
}

/** Writes files into a store that may be away, and says in the log once that it is, and once that it is back. */
export class PatientWriter {
  private wake: (() => void) | undefined;
  private closing = false;
  private isAway = false;

  constructor(private readonly props: PatientWriterProps) {}

  /**
   * Resolves when the file lies in the store.
   * @returns false when it does not, because the writer closes
   * @throws ServiceError 4xx: the store refuses the file
   */
  async write(key: string, file: Buffer): Promise<boolean> {
    for (let waitMs = this.props.retryMs ?? 1000; !(await this.try(key, file)); waitMs *= 2) {
      if (this.closing) return false;
      await this.sleep(Math.min(waitMs, longestRetryMs));
    }
    return true;
  }

  /** From now on each file is tried once, also the one that waits. */
  close(): void {
    this.closing = true;
    this.wake?.();
  }

  private async try(key: string, file: Buffer): Promise<boolean> {
    const { store, log } = this.props;
    try {
      await store.put(key, Readable.from([file]), file.length);
      if (this.isAway) log.info('the inference log is written again');
      this.isAway = false;
      return true;
    } catch (error) {
      if (error instanceof ServiceError && error.status < 500) throw error;
      if (!this.isAway)
        log.warn({ err: error }, 'the inference log cannot be written, it is kept in memory as far as it fits');
      this.isAway = true;
      return false;
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((awake) => {
      const timer = setTimeout(awake, ms).unref();
      this.wake = () => {
        clearTimeout(timer);
        awake();
      };
    });
  }
}
