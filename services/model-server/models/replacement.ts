import type { Log } from '../../kit/log';
import type { Engine } from '../engine/engine';
import type { CachedVersion, VersionCache } from './cache/version-cache';
import { BadVersionError } from './errors';
import type { LoadMetrics } from './load-metrics';
import { loadVersion } from './load-version';
import { MlflowArtifacts } from './mlflow/artifacts';
import type { MlflowClient } from './mlflow/client';
import { type FoundVersion, MlflowVersions } from './mlflow/versions';
import type { ServedVersions } from './served-versions';
import type { ModelUri } from './uri';

export interface ReplacementProps {
  readonly uri: ModelUri;
  readonly name: string;
  readonly client: MlflowClient;
  readonly cache: VersionCache;
  readonly versions: ServedVersions;
  readonly engine: Engine;
  readonly maxModelMib: number;
  readonly log: Log;
  readonly metrics?: LoadMetrics | undefined;
}

/** What came of a look. */
export interface Outcome {
  /** Why the version that is wanted does not serve. */
  readonly problem?: Error;
  /** The version was found, and something outside of it failed: fetching it at once again would not help. */
  readonly isPassing: boolean;
}

const fine: Outcome = { isPassing: false };

/** Brings the version that the registry wants to serve. Looks must not overlap. */
export class Replacement {
  private readonly wanted: MlflowVersions;
  private readonly artifacts: MlflowArtifacts;
  private refused: { readonly id: string; readonly problem: BadVersionError } | undefined;
  /** Of the version that served before this one: an alias that is moved back finds it on disk. */
  private previous: string | undefined;
  /** The last problems that were logged, each once and not at each look. */
  private toldOfRegistry = '';
  private toldOfFetch = '';
  private hasFallenBack = false;

  constructor(private readonly props: ReplacementProps) {
    this.wanted = new MlflowVersions(props.client, props.uri);
    this.artifacts = new MlflowArtifacts(props.client);
  }

  /** @param anew tries also what was refused before */
  async look(cut: AbortSignal, anew: boolean): Promise<Outcome> {
    if (anew) {
      this.refused = undefined;
      this.hasFallenBack = false;
    }
    const outcome = await this.replace(cut).catch((problem: Error) => ({ problem, isPassing: false }));
    if (outcome.problem && this.props.versions.id === undefined && !cut.aborted) await this.fallBack(outcome.problem);
    return outcome;
  }

  /** @throws PassingError when the registry does not say what is wanted */
  private async replace(cut: AbortSignal): Promise<Outcome> {
    const { versions } = this.props;
    for (;;) {
      const found = await this.find(cut);
      if (found.id === versions.id) {
        this.refused = undefined;
        versions.comes(undefined);
        return fine;
      }
      if (found.id === this.refused?.id) return { problem: this.refused.problem, isPassing: false };
      this.refused = undefined;
      versions.comes({ version: found.version, state: 'LOADING', reason: '' });
      const outcome = await this.bring(found, cut);
      if (outcome !== 'moved') return outcome;
    }
  }

  private async find(cut: AbortSignal): Promise<FoundVersion> {
    const { versions, log, metrics, name } = this.props;
    try {
      const found = await this.wanted.find(cut);
      if (this.toldOfRegistry !== '') log.info('the registry answers again');
      this.toldOfRegistry = '';
      metrics?.looked(name, true);
      return found;
    } catch (error) {
      const { message: reason } = error as Error;
      if (cut.aborted) throw error;
      metrics?.looked(name, false);
      if (reason !== this.toldOfRegistry)
        log.warn({ reason }, `the version that is wanted is not known, ${goesOn(versions)}`);
      this.toldOfRegistry = reason;
      versions.explain(reason);
      throw error;
    }
  }

  private async bring(found: FoundVersion, cut: AbortSignal): Promise<Outcome | 'moved'> {
    const { versions, cache, log, metrics, name } = this.props;
    const since = Date.now();
    try {
      // Two besides the one that comes: disk is bounded, too.
      const last = await cache.lastServed();
      await cache.keepOnly([versions.id, this.previous, last?.id, found.id]);
      const model = await loadVersion(await this.onDisk(found, cut), this.props);
      if (await this.hasMoved(found, cut)) {
        await model.session.close();
        return 'moved';
      }
      const before = versions.id;
      versions.swap(found.id, model);
      this.toldOfFetch = '';
      const ms = Date.now() - since;
      metrics?.loaded(name, 'served', ms / 1000);
      log.info({ version: found.version, ms }, 'a version serves');
      await this.remember(found, before ?? last?.id);
      return fine;
    } catch (error) {
      return this.failed(found, error as Error, cut);
    }
  }

  private failed(found: FoundVersion, problem: Error, cut: AbortSignal): Outcome {
    const { versions, log, metrics, name } = this.props;
    const { version } = found;
    if (cut.aborted) {
      versions.comes(undefined);
      return { problem, isPassing: false };
    }
    const { message: reason } = problem;
    versions.comes({ version, state: 'UNAVAILABLE', reason });
    versions.explain(`version ${version}: ${reason}`);
    if (problem instanceof BadVersionError) {
      this.refused = { id: found.id, problem };
      metrics?.loaded(name, 'refused');
      log.error({ version, reason }, `a version is refused until the alias moves, ${goesOn(versions)}`);
      return { problem, isPassing: false };
    }
    metrics?.loaded(name, 'failed');
    if (`${version} ${reason}` !== this.toldOfFetch)
      log.warn({ version, reason }, `a version could not be fetched, ${goesOn(versions)}`);
    this.toldOfFetch = `${version} ${reason}`;
    return { problem, isPassing: true };
  }

  private async onDisk(found: FoundVersion, cut: AbortSignal): Promise<CachedVersion> {
    const { cache, maxModelMib: maxMib, log } = this.props;
    const { version } = found;
    const cached = await cache.get(found.id, () =>
      log.warn({ version }, 'files on disk were torn or changed: the version is fetched again'),
    );
    if (cached) return cached;
    const location = await this.wanted.locate(version, cut);
    return cache.fetch(found, { artifacts: this.artifacts, location, maxMib, cut });
  }

  /** An alias that was moved on, or back, while a version was on its way: that one never serves. */
  private async hasMoved(found: FoundVersion, cut: AbortSignal): Promise<boolean> {
    if (cut.aborted) return true;
    const now = await this.wanted.find(cut).catch(() => found);
    return now.id !== found.id;
  }

  /** @param before the version that served until now */
  private async remember(found: FoundVersion, before: string | undefined): Promise<void> {
    const { cache, log } = this.props;
    if (before !== found.id) this.previous = before;
    try {
      await cache.remember(found);
      await cache.keepOnly([found.id, this.previous]);
    } catch (err) {
      log.warn({ err }, 'the cache cannot be written: a restart without the registry would serve an older version');
    }
  }

  /** Serves what served last, in a process that has nothing better. Once: what cannot be loaded now cannot the next time. */
  private async fallBack({ message: reason }: Error): Promise<void> {
    const { cache, log, versions } = this.props;
    if (this.hasFallenBack) return;
    this.hasFallenBack = true;
    const last = await cache.lastServed();
    if (last === undefined || last.id === this.refused?.id) return;
    const cached = await cache.get(last.id, () =>
      log.warn({ version: last.version }, 'files on disk were torn or changed'),
    );
    if (cached === undefined) return;
    try {
      const model = await loadVersion(cached, this.props);
      versions.swap(last.id, model);
      log.warn({ version: last.version, reason }, 'the version that served last serves from the disk');
    } catch (error) {
      log.error({ version: last.version, reason: (error as Error).message }, 'the version on disk does not serve');
    }
  }
}

const goesOn = ({ version }: ServedVersions) => (version === undefined ? 'none serves' : `version ${version} goes on`);
