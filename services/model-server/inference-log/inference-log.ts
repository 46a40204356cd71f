import { Counter, Gauge, type Registry } from 'prom-client';
import { ServiceError } from '../../kit/errors';
import { endingSpans } from '../../kit/process';
import { within } from '../../kit/within';
import type { LoadedModel } from '../models/repository';
import { hasRows } from '../protocol/rows';
import { dayOf, folderOf, newFile } from './keys';
import { examplesOf, Layout } from './layout';
import { bytesOf, inOwnMemory } from './memory';
import type { Observation } from './observer';
import { encode } from './parquet';
import { PatientWriter, type PatientWriterProps } from './patient-writer';

export interface InferenceLogProps extends PatientWriterProps {
  /** Share of the requests that are written, from 0 to 1. */
  readonly sample: number;
  readonly register: Registry;
  /** Longest time that an answer stays in memory only, in milliseconds. @default 60000 */
  readonly flushMs?: number;
  /** What is in memory is written as soon as it has so many bytes. @default 4 MiB */
  readonly flushBytes?: number;
  /** Largest size of what is not yet written, in bytes; answers beyond it are not logged, and counted. @default 32 MiB */
  readonly maxBytes?: number;
}

/** Answers that will be one file. */
interface Group {
  readonly folder: string;
  readonly layout: Layout;
  readonly observations: Observation[];
  bytes: number;
}

type Loss = 'buffer_full' | 'refused' | 'closed' | 'failed';

/**
 * Writes answers down as Parquet files in the object store, while requests go on: none waits for it, and what does not fit into its
 * memory is left out and counted. What was not written when the process is killed is lost: at most the last `flushMs`, or what a
 * store that was away has held up.
 */
export class InferenceLog {
  private readonly groups = new Map<string, Group>();
  private readonly layouts = new WeakMap<LoadedModel, Layout>();
  private readonly writer: PatientWriter;
  private readonly timer: NodeJS.Timeout;
  private readonly written: Counter;
  private readonly lost: Counter<'reason'>;
  /** Size, and number, of the answers that are neither written nor lost. */
  private bytes = 0;
  private count = 0;
  private flushing: Promise<void> | undefined;
  private closing = false;

  constructor(private readonly props: InferenceLogProps) {
    const registers = [props.register];
    this.writer = new PatientWriter(props);
    this.written = new Counter({
      name: 'inference_log_rows_written_total',
      help: 'Rows of the inference log that lie in the object store',
      registers,
    });
    this.lost = new Counter({
      name: 'inference_log_requests_lost_total',
      help: 'Answers that were to be logged and were not',
      labelNames: ['reason'],
      registers,
    });
    const bytes = () => this.bytes;
    new Gauge({
      name: 'inference_log_buffer_bytes',
      help: 'Size of the answers that are not yet in the object store, about',
      registers,
      collect() {
        this.set(bytes());
      },
    });
    this.timer = setInterval(() => void this.flush(), props.flushMs ?? 60_000).unref();
  }

  readonly observe = (observation: Observation): void => {
    if (this.props.sample < 1 && Math.random() >= this.props.sample) return;
    try {
      this.keep(observation);
    } catch (error) {
      this.lose('failed', 1, error);
    }
  };

  /** Writes what is in memory. Resolves when it is written, or when the log closes. */
  flush(): Promise<void> {
    this.flushing ??= this.writeAll().finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  /** Writes what it can within the limit; each file is tried once. */
  async close(limitMs: number = endingSpans.writeMs): Promise<void> {
    this.closing = true;
    clearInterval(this.timer);
    this.writer.close();
    await within(
      limitMs,
      this.flush().then(() => this.flush()),
    );
    if (this.count > 0) this.lose('closed', this.count);
  }

  private keep({ request, response, ...rest }: Observation): void {
    const inputs = request.inputs.map(inOwnMemory);
    const outputs = response.outputs.map(inOwnMemory);
    const bytes = bytesOf([...inputs, ...outputs]) + 2 * rest.requestId.length;
    const isFull = this.bytes + bytes > (this.props.maxBytes ?? 32 * 1024 * 1024);
    if (this.closing || isFull) {
      this.lose(this.closing ? 'closed' : 'buffer_full', 1);
      return;
    }
    const kept = { ...rest, request: { inputs }, response: { ...response, outputs } };
    const group = this.groupOf(kept);
    group.observations.push(kept);
    group.bytes += bytes;
    this.bytes += bytes;
    this.count++;
    if (this.bytes >= (this.props.flushBytes ?? 4 * 1024 * 1024)) void this.flush();
  }

  private groupOf(observation: Observation): Group {
    const { model, time } = observation;
    const layout = this.layoutOf(observation);
    const folder = folderOf('inferences', { model: model.name, version: model.version, date: dayOf(time) });
    const key = `${folder} ${layout.byExample}`;
    const known = this.groups.get(key);
    if (known) return known;
    const group = { folder, layout, observations: [], bytes: 0 };
    this.groups.set(key, group);
    return group;
  }

  /** A model whose tensors turn out to have no common first dimension has one row for each request from then on. */
  private layoutOf(observation: Observation): Layout {
    const { model } = observation;
    const known = this.layouts.get(model);
    const byExample = (known?.byExample ?? hasRows(model.session)) && examplesOf(observation) !== undefined;
    if (known?.byExample === byExample) return known;
    const layout = new Layout(model, byExample);
    this.layouts.set(model, layout);
    return layout;
  }

  private async writeAll(): Promise<void> {
    // What comes meanwhile is written the next time: else each file would hold the few answers of the time that the last one took.
    const groups = [...this.groups.values()];
    this.groups.clear();
    for (const group of groups) await this.write(group);
  }

  private async write({ folder, layout, observations, bytes }: Group): Promise<void> {
    let held = bytes;
    try {
      const rows = observations.flatMap((observation) => layout.rowsOf(observation));
      const file = await encode(layout, rows);
      this.bytes += file.length - held;
      held = file.length;
      if (await this.writer.write(newFile(folder), file)) this.written.inc(rows.length);
      else this.lose('closed', observations.length);
    } catch (error) {
      this.lose(error instanceof ServiceError ? 'refused' : 'failed', observations.length, error);
    } finally {
      this.bytes -= held;
      this.count -= observations.length;
    }
  }

  private lose(reason: Loss, count: number, error?: unknown): void {
    this.lost.inc({ reason }, count);
    // Of a full memory the writer has spoken: for each request, it would fill the log.
    if (reason !== 'buffer_full')
      this.props.log.error({ err: error, reason, count }, 'answers are not in the inference log');
  }
}
