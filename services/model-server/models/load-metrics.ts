import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** `served`: it took over; `refused`: the version is bad; `failed`: something outside of it did, and it is tried again. */
type Outcome = 'served' | 'refused' | 'failed';

/** What Prometheus learns about versions that come and go. */
export class LoadMetrics {
  private readonly loads: Counter<'model' | 'outcome'>;
  private readonly seconds: Histogram<'model'>;
  private readonly serving: Gauge<'model' | 'version'>;
  private readonly reachable: Gauge<'model'>;

  constructor(register: Registry) {
    const registers = [register];
    this.loads = new Counter({
      name: 'model_loads_total',
      help: 'Versions that were fetched, loaded and checked, by what came of it: served, refused or failed',
      labelNames: ['model', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'model_load_duration_seconds',
      help: 'Time from the decision for a version to its first request, of versions that serve',
      labelNames: ['model'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.serving = new Gauge({
      name: 'model_serving_version',
      help: '1 for the version that serves',
      labelNames: ['model', 'version'],
      registers,
    });
    this.reachable = new Gauge({
      name: 'model_registry_reachable',
      help: '1 when the registry said at the last look which version is wanted, else 0',
      labelNames: ['model'],
      registers,
    });
  }

  loaded(model: string, outcome: Outcome, seconds?: number): void {
    this.loads.inc({ model, outcome });
    if (seconds !== undefined) this.seconds.observe({ model }, seconds);
  }

  /** `undefined`: none does. */
  serves(model: string, version: string | undefined): void {
    this.serving.reset();
    if (version !== undefined) this.serving.set({ model, version }, 1);
  }

  looked(model: string, isReachable: boolean): void {
    this.reachable.set({ model }, isReachable ? 1 : 0);
  }
}
