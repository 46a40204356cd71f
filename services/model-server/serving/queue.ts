import { ServiceError } from '../../kit/errors';
import type { LoadedModel } from '../models/repository';
import type { Caller } from '../protocol/inference';
import { hasRows, rowsOf } from '../protocol/rows';
import type { Tensor } from '../protocol/tensor';
import { runAsOne, shapeKey, type Work } from './batch';
import { engineError } from './check';

export interface QueueProps {
  /** Most requests that wait. */
  readonly size: number;
  /** Most rows that run as one; 1: each request runs by itself. */
  readonly batchRows: number;
  /** Milliseconds that a request may wait for others while the model is busy. */
  readonly windowMs: number;
  /** Milliseconds from arrival to the last moment at which a request may begin to run, where the caller says nothing. */
  readonly timeoutMs: number;
  /** Told of the rows of each run. */
  readonly ran?: ((rows: number) => void) | undefined;
}

interface Waiting extends Work {
  readonly arrived: number;
  readonly deadline: number;
  readonly isGone: (() => boolean) | undefined;
  readonly resolve: (outputs: Tensor[]) => void;
  readonly reject: (error: Error) => void;
}

/** Runs of one turn of the event loop may take so long together, so that between them the process reads, writes and says it is alive. */
const turnMs = 1;
/** Node fires longer ones at once. */
const longestTimerMs = 2 ** 31 - 1;
/** A turn costs as much as some runs of a small model: more than this at once saves nothing. */
const mostAtOnce = 64;

/**
 * Requests for one model. The engine runs on the thread of the process, so they run one after the other: of a model that takes
 * microseconds several in one turn of the event loop, of a larger one each in its own. A request for an idle model runs at once. With
 * batching, what waits while it is busy runs as one.
 */
export class ModelQueue {
  private waiting: Waiting[] = [];
  private running = 0;
  /** How long a run takes in the end, in ms, as the last ones tell. */
  private runMs = turnMs;
  private endedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private expiry: NodeJS.Timeout | undefined;
  private expiresAt = Number.POSITIVE_INFINITY;
  private canBatch: boolean;

  constructor(
    private readonly model: LoadedModel,
    private readonly props: QueueProps,
  ) {
    this.canBatch = props.batchRows > 1 && hasRows(model.session);
  }

  get length(): number {
    return this.waiting.length;
  }

  /**
   * @param work fits the model
   * @throws ServiceError 400 (the model fails on it), 429 (too many wait), 499 (nobody waits for it), 503 (memory), 504 (deadline)
   */
  run(work: Work, caller: Caller | undefined): Promise<Tensor[]> {
    const now = performance.now();
    const deadline = caller?.deadline ?? now + this.props.timeoutMs;
    if (deadline <= now) return Promise.reject(tooLate(this.model));
    if (this.running < this.atOnce && this.waiting.length === 0) return this.runAlone(work);
    if (this.waiting.length >= this.props.size) this.dropUseless(now);
    if (this.waiting.length >= this.props.size) return Promise.reject(full(this.model, this.props.size));
    return new Promise((resolve, reject) => {
      const { inputs, outputs } = work;
      this.waiting.push({ inputs, outputs, arrived: now, deadline, isGone: caller?.isGone, resolve, reject });
      this.expireAt(deadline);
      if (this.timer !== undefined && this.waiting.length >= this.props.batchRows) this.beginBatch();
    });
  }

  private get atOnce(): number {
    return this.canBatch ? 1 : Math.min(mostAtOnce, Math.max(1, Math.floor(turnMs / this.runMs)));
  }

  private async runAlone(work: Work): Promise<Tensor[]> {
    this.running++;
    const begin = performance.now();
    try {
      this.props.ran?.(rowsOf(work.inputs) ?? 1);
      return await this.model.session.run(work.inputs, work.outputs);
    } catch (error) {
      throw engineError(this.model, error);
    } finally {
      this.runMs += (performance.now() - Math.max(begin, this.endedAt) - this.runMs) / 8;
      this.next();
    }
  }

  /** After each run. */
  private next(): void {
    this.endedAt = performance.now();
    if (!this.canBatch) {
      this.running--;
      this.begin();
      return;
    }
    // What has come during the run lies unread in the sockets: it is read before the batch is put together.
    setImmediate(() => {
      const [oldest] = this.waiting;
      // One that came after the run is alone on an idle model.
      const isAlone = oldest === undefined || (this.waiting.length === 1 && oldest.arrived >= this.endedAt);
      const rest = isAlone ? 0 : oldest.arrived + this.props.windowMs - performance.now();
      if (rest <= 0 || this.waiting.length >= this.props.batchRows) this.beginBatch();
      else this.timer = setTimeout(() => this.beginBatch(), rest);
    });
  }

  private begin(): void {
    if (this.waiting.length === 0) return;
    this.dropUseless(performance.now());
    while (this.running < this.atOnce) {
      const first = this.waiting.shift();
      if (first === undefined) return;
      this.runAlone(first).then(first.resolve, first.reject);
    }
  }

  private beginBatch(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running--;
    this.dropUseless(performance.now());
    const first = this.waiting.shift();
    if (first === undefined) return;
    const batch = this.withFirst(first);
    if (batch.length === 1) this.runAlone(first).then(first.resolve, first.reject);
    else void this.runBatch(batch);
  }

  /** Takes from the queue what may run together with the first, in order of arrival. */
  private withFirst(first: Waiting): Waiting[] {
    let rows = rowsOf(first.inputs);
    if (rows === undefined) return [first];
    const key = shapeKey(first);
    const batch = [first];
    this.waiting = this.waiting.filter((one) => {
      const more = rowsOf(one.inputs);
      if (more === undefined || rows === undefined || rows + more > this.props.batchRows || shapeKey(one) !== key)
        return true;
      rows += more;
      batch.push(one);
      return false;
    });
    return batch;
  }

  private async runBatch(batch: readonly Waiting[]): Promise<void> {
    this.running++;
    try {
      const answers = await runAsOne(this.model.session, batch);
      if (answers !== undefined) {
        this.props.ran?.(batch.reduce((sum, one) => sum + (rowsOf(one.inputs) ?? 0), 0));
        for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as Tensor[]);
        this.next();
        return;
      }
      this.canBatch = false; // its outputs have no rows of their own
    } catch {
      // One of them spoils the run of all: each runs by itself, and only that one fails.
    }
    for (const one of batch) await this.runAloneInTurn(one);
    this.next();
  }

  private async runAloneInTurn({ inputs, outputs, resolve, reject }: Waiting): Promise<void> {
    try {
      this.props.ran?.(rowsOf(inputs) ?? 1);
      resolve(await this.model.session.run(inputs, outputs));
    } catch (error) {
      reject(engineError(this.model, error));
    }
  }

  /** One timer for all that wait: most are run long before it. */
  private expireAt(deadline: number): void {
    if (deadline >= this.expiresAt) return;
    clearTimeout(this.expiry);
    this.expiresAt = deadline;
    this.expiry = setTimeout(
      () => {
        this.expiresAt = Number.POSITIVE_INFINITY;
        this.dropUseless(performance.now());
        if (this.waiting.length > 0) this.expireAt(Math.min(...this.waiting.map((one) => one.deadline)));
      },
      Math.min(Math.ceil(deadline - performance.now()), longestTimerMs),
    ).unref();
  }

  /** Those whom an answer would not reach, and those for whom it would come too late. */
  private dropUseless(now: number): void {
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter(({ deadline, isGone, reject }) => {
      if (isGone?.()) reject(new ServiceError(499, 'CANCELLED', 'the client has gone'));
      else if (deadline <= now) reject(tooLate(this.model));
      else return true;
      return false;
    });
  }
}

const tooLate = ({ name, version }: LoadedModel) =>
  new ServiceError(504, 'DEADLINE_EXCEEDED', `model '${name}' version ${version} did not come to this request in time`);

const full = ({ name, version }: LoadedModel, size: number) =>
  new ServiceError(
    429,
    'RESOURCE_EXHAUSTED',
    `${size} requests wait for model '${name}' version ${version}; try again`,
    1,
  );
