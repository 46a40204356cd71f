import type { Log } from '../../kit/log';
import type { LoadMetrics } from './load-metrics';

/** What the log and Prometheus learn about looks and loads. A problem that stays is logged once, not at each look. */
export class LoadReport {
  private ofRegistry = '';
  private ofFetch = '';

  /** @param serving the version that goes on; `undefined`: none serves */
  constructor(
    private readonly model: string,
    private readonly serving: () => string | undefined,
    private readonly log: Log,
    private readonly metrics: LoadMetrics | undefined,
  ) {}

  found(): void {
    if (this.ofRegistry !== '') this.log.info('the registry answers again');
    this.ofRegistry = '';
    this.metrics?.looked(this.model, true);
  }

  notFound(reason: string): void {
    this.metrics?.looked(this.model, false);
    if (reason !== this.ofRegistry)
      this.log.warn({ reason }, `the version that is wanted is not known, ${this.goesOn()}`);
    this.ofRegistry = reason;
  }

  served(version: string, ms: number): void {
    this.ofFetch = '';
    this.metrics?.loaded(this.model, 'served', ms / 1000);
    this.log.info({ version, ms }, 'a version serves');
  }

  refused(version: string, reason: string): void {
    this.metrics?.loaded(this.model, 'refused');
    this.log.error({ version, reason }, `a version is refused until the alias moves, ${this.goesOn()}`);
  }

  failed(version: string, reason: string): void {
    this.metrics?.loaded(this.model, 'failed');
    const told = `${version} ${reason}`;
    if (told !== this.ofFetch) this.log.warn({ version, reason }, `a version could not be fetched, ${this.goesOn()}`);
    this.ofFetch = told;
  }

  broken(version: string): void {
    this.log.warn({ version }, 'files on disk were torn or changed: the version is fetched again');
  }

  notRemembered(err: unknown): void {
    this.log.warn({ err }, 'the cache cannot be written: a restart without the registry may serve an older version');
  }

  servedFromDisk(version: string, reason: string): void {
    this.log.warn({ version, reason }, 'the version that served last serves from the disk');
  }

  notServedFromDisk(version: string, reason: string): void {
    this.log.error({ version, reason }, 'the version on disk does not serve');
  }

  private goesOn(): string {
    const version = this.serving();
    return version === undefined ? 'none serves' : `version ${version} goes on`;
  }
}
