import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Figures of one version, its labels looked up once: per request that would cost more than a small model. */
export interface VersionMetrics {
  readonly answered: (seconds: number) => void;
  readonly ran: (rows: number) => void;
  readonly failed: (status: number) => void;
}

/** With which a request for a loaded version may end. */
const statuses = ['400', '429', '499', '500', '503', '504'];

/** What Prometheus learns about inferences. */
export class InferenceMetrics {
  private readonly latency: Histogram<'model' | 'version'>;
  private readonly rows: Histogram<'model' | 'version'>;
  private readonly errors: Counter<'model' | 'version' | 'status'>;

  /** @param waiting requests that wait now, by model */
  constructor(register: Registry, waiting: () => ReadonlyMap<string, number>) {
    const registers = [register];
    const labelNames = ['model', 'version'] as const;
    this.latency = new Histogram({
      name: 'model_inference_duration_seconds',
      help: 'Time from a checked request to its outputs: the wait in the queue and the run',
      labelNames,
      buckets: [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30,
      ],
      registers,
    });
    this.rows = new Histogram({
      name: 'model_batch_rows',
      help: 'Rows of the first dimension that ran as one, of one request or of several',
      labelNames,
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      registers,
    });
    this.errors = new Counter({
      name: 'model_inference_errors_total',
      help: 'Requests for a version that is loaded that got no outputs, by HTTP status',
      labelNames: ['model', 'version', 'status'],
      registers,
    });
    new Gauge({
      name: 'model_queue_length',
      help: 'Requests that wait',
      labelNames: ['model'],
      registers,
      collect() {
        this.reset();
        for (const [model, length] of waiting()) this.set({ model }, length);
      },
    });
  }

  of(model: string, version: string): VersionMetrics {
    const latency = this.latency.labels(model, version);
    const rows = this.rows.labels(model, version);
    return {
      answered: (seconds) => latency.observe(seconds),
      ran: (count) => rows.observe(count),
      failed: (status) => this.errors.inc({ model, version, status }),
    };
  }

  /** A version that is gone leaves no figures behind: aliases move for years. */
  forget(model: string, version: string): void {
    this.latency.remove(model, version);
    this.rows.remove(model, version);
    for (const status of statuses) this.errors.remove(model, version, status);
  }
}
