import { ProgramError, ServiceError, UnavailableError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import type { Check } from '../../kit/readiness';
import type { Engine } from '../engine/engine';
import { VersionCache } from './cache/version-cache';
import { BadVersionError } from './errors';
import type { LoadMetrics } from './load-metrics';
import { LoadReport } from './load-report';
import { MlflowClient, type MlflowConfig } from './mlflow/client';
import { Replacement } from './replacement';
import type { IndexEntry, Lease, ModelRepository } from './repository';
import { ServedVersions } from './served-versions';
import { Turns } from './turns';
import { modelUriOf } from './uri';

export interface RegistryRepositoryProps {
  /** `models:/NAME@ALIAS`, which is watched, or `models:/NAME/VERSION`. */
  readonly uri: string;
  /** Under which it is served. @default - its name in the registry */
  readonly name?: string | undefined;
  readonly registry: MlflowConfig;
  readonly engine: Engine;
  readonly cacheFolder: string;
  /** Largest size of all files of a version together. */
  readonly maxModelMib: number;
  /** Seconds between two looks at the alias, give or take a fifth. */
  readonly watchSeconds: number;
  readonly log: Log;
  readonly metrics?: LoadMetrics | undefined;
}

/** Failures of a fetch make the next look wait twice as long each, up to so many times. */
const longestWait = 16;

/**
 * One model of an MLflow registry. The version that is wanted is fetched, loaded and checked beside the one that serves, then swapped
 * in. Whatever goes wrong on the way, the one that serves goes on; a process that starts serves the last one from its disk.
 */
export class RegistryRepository implements ModelRepository {
  private readonly watching: Promise<void>;
  private stopped = false;
  private unloaded = false;
  private failures = 0;
  private wake = () => {};
  private cutting = new AbortController();
  /** Of looks and stops. */
  private readonly turns = new Turns();

  private constructor(
    private readonly props: RegistryRepositoryProps,
    private readonly versions: ServedVersions,
    private readonly replacement: Replacement,
    private readonly isFixed: boolean,
  ) {
    this.watching = this.watch();
  }

  /**
   * Begins to look, and waits for nothing.
   * @throws ProgramError when the cache's folder cannot be written, or a value is none
   */
  static async open(props: RegistryRepositoryProps): Promise<RegistryRepository> {
    if (!(props.watchSeconds > 0) || !(props.maxModelMib > 0))
      throw new ProgramError(
        `WATCH_SECONDS and MAX_MODEL_MIB must be above 0, got ${props.watchSeconds} and ${props.maxModelMib}; leave them out for the defaults`,
      );
    const uri = modelUriOf(props.uri);
    const name = props.name ?? uri.name;
    const log = props.log.child({ model: name });
    const client = new MlflowClient(props.registry);
    const cache = await VersionCache.open(props.cacheFolder, `${client.base}\n${props.uri}`);
    const versions = new ServedVersions(name, log, props.metrics);
    const report = new LoadReport(name, () => versions.version, log, props.metrics);
    const replacement = new Replacement({ ...props, name, log, uri, client, cache, versions, report });
    return new RegistryRepository({ ...props, log }, versions, replacement, uri.alias === undefined);
  }

  acquire(name: string, version?: string): Lease {
    return this.versions.acquire(name, version);
  }

  index(): readonly IndexEntry[] {
    return this.versions.index();
  }

  async load(name: string): Promise<void> {
    this.versions.checkName(name);
    this.unloaded = false;
    const before = this.versions.id;
    const problem = await this.look({ anew: true });
    if (problem === undefined || (before === undefined && this.versions.id !== undefined)) return;
    const message = `model '${name}' could not be loaded: ${problem.message}`;
    throw problem instanceof BadVersionError
      ? new ServiceError(400, 'INVALID_ARGUMENT', message)
      : new UnavailableError(message);
  }

  async unload(name: string): Promise<void> {
    this.versions.checkName(name);
    this.unloaded = true;
    this.cut();
    await this.turns.take(() => this.versions.stop('it was unloaded; load it by the repository API'));
  }

  readonly check: Check = async () => this.versions.check();

  async close(): Promise<void> {
    this.stopped = true;
    this.cut();
    this.wake();
    await this.watching;
    await this.turns.take(() => this.versions.stop('the server ends'));
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const isWanted = !this.unloaded && !(this.isFixed && this.versions.id !== undefined);
      if (isWanted) await this.look({ anew: false });
      if (!this.stopped) await this.idle();
    }
  }

  /** What kept the version that is wanted from serving; `undefined`: nothing, it serves. */
  private look({ anew }: { anew: boolean }): Promise<Error | undefined> {
    return this.turns.take(async () => {
      if (this.unloaded || this.stopped) return new Error('it was unloaded meanwhile');
      this.cutting = new AbortController();
      const { problem, isPassing } = await this.replacement.look(this.cutting.signal, anew);
      this.failures = isPassing ? this.failures + 1 : 0;
      return problem;
    });
  }

  private cut(): void {
    this.cutting.abort();
  }

  private idle(): Promise<void> {
    const times = Math.min(2 ** this.failures, longestWait);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.props.watchSeconds * 1000 * times * (0.8 + 0.4 * Math.random()));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
