import { Readable } from 'node:stream';
import type { SchemaElement } from 'hyparquet';
import { ServiceError, UnavailableError } from '../../kit/errors';
import type { ObjectStore } from '../../kit/object-store';
import { endingSpans } from '../../kit/process';
import { within } from '../../kit/within';
import { dayOf, folderOf, newFile } from './keys';
import { encode, type Table } from './parquet';

/** What turned out to be true for one example of a request. */
export interface Truth {
  readonly requestId: string;
  /** Which example of the batch. */
  readonly row: number;
  /** What the truth is about, where a model predicts several things. */
  readonly name: string;
  readonly value: number | boolean | string;
  /** When it became known, milliseconds since 1970. */
  readonly time: number;
}

interface Waiting {
  readonly model: string;
  readonly truths: readonly Truth[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface FeedbackLogProps {
  readonly store: Pick<ObjectStore, 'put'>;
  /** Milliseconds in which feedback is collected into one file. @default 1000 */
  readonly windowMs?: number;
}

/** Most that wait for one file. */
const mostTruths = 100_000;

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const time = { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' } as const;

const schema: SchemaElement[] = [
  { name: 'root', num_children: 7 },
  { name: 'time', ...time, repetition_type: 'REQUIRED' },
  { name: 'request_id', ...text, repetition_type: 'REQUIRED' },
  { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'model_name', ...text, repetition_type: 'REQUIRED' },
  { name: 'name', ...text, repetition_type: 'REQUIRED' },
  { name: 'truth', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'truth_text', ...text, repetition_type: 'OPTIONAL' },
];

/** Truths as Parquet files in the object store. Whoever brings some is answered when they lie there: none is lost without a word. */
export class FeedbackLog {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing = Promise.resolve();

  constructor(private readonly props: FeedbackLogProps) {}

  /** @throws ServiceError 429 (too much at once), 503 (the store is away) */
  add(model: string, truths: readonly Truth[]): Promise<void> {
    const count = this.waiting.reduce((sum, one) => sum + one.truths.length, truths.length);
    if (count > mostTruths)
      return Promise.reject(new ServiceError(429, 'RESOURCE_EXHAUSTED', 'too much feedback at once; try again', 1));
    this.timer ??= setTimeout(() => this.flush(), this.props.windowMs ?? 1000);
    return new Promise((resolve, reject) => this.waiting.push({ model, truths, resolve, reject }));
  }

  /** Writes what waits, now, as far as it can within the limit: nobody was told that the rest is written. */
  async close(limitMs: number = endingSpans.writeMs): Promise<void> {
    this.flush();
    await within(limitMs, this.writing);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const models = new Map<string, Waiting[]>();
    for (const one of this.waiting) models.set(one.model, [...(models.get(one.model) ?? []), one]);
    this.waiting = [];
    for (const [model, group] of models) this.writing = this.writing.then(() => this.write(model, group));
  }

  private async write(model: string, group: readonly Waiting[]): Promise<void> {
    try {
      const file = await encode(
        tableOf(model),
        group.flatMap(({ truths }) => truths),
      );
      const key = newFile(folderOf('feedback', { model, date: dayOf(Date.now()) }));
      await this.props.store.put(key, Readable.from([file]), file.length);
      for (const { resolve } of group) resolve();
    } catch (error) {
      const reason =
        error instanceof ServiceError ? error : new UnavailableError('feedback cannot be written', { cause: error });
      for (const { reject } of group) reject(reason);
    }
  }
}

const tableOf = (model: string): Table<Truth> => ({
  schema,
  width: 7,
  columns: (truths) => [
    { name: 'time', data: truths.map((truth) => new Date(truth.time)) },
    { name: 'request_id', data: truths.map(({ requestId }) => requestId) },
    { name: 'row', data: truths.map(({ row }) => row) },
    { name: 'model_name', data: truths.map(() => model) },
    { name: 'name', data: truths.map(({ name }) => name) },
    { name: 'truth', data: truths.map(({ value }) => (typeof value === 'string' ? null : Number(value))) },
    { name: 'truth_text', data: truths.map(({ value }) => (typeof value === 'string' ? value : null)) },
  ],
});
