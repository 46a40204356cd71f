import type { Log } from '../../kit/log';
import type { Engine } from '../engine/engine';
import type { CachedVersion, VersionCache } from './cache/version-cache';
import { BadVersionError } from './errors';
import type { LoadReport } from './load-report';
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
  readonly report: LoadReport;
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
    const { versions, report } = this.props;
    try {
      const found = await this.wanted.find(cut);
      report.found();
      return found;
    } catch (error) {
      if (cut.aborted) throw error;
      const { message } = error as Error;
      report.notFound(message);
      versions.explain(message);
      throw error;
    }
  }

  private async bring(found: FoundVersion, cut: AbortSignal): Promise<Outcome | 'moved'> {
    const { versions, cache, report } = this.props;
    const since = Date.now();
    try {
      // At most two besides the one that comes: disk is bounded, too.
      const last = await cache.lastServed();
      await cache.keepOnly([versions.id, this.previous, last?.id, found.id]);
      const model = await loadVersion(await this.onDisk(found, cut), this.props);
      if (await this.hasMoved(found, cut)) {
        await model.session.close();
        return 'moved';
      }
      const before = versions.id ?? last?.id;
      // First: a process that is killed after its first answer gives the same one when it starts again.
      await cache.remember(found).catch((error) => report.notRemembered(error));
      versions.swap(found.id, model);
      report.served(found.version, Date.now() - since);
      if (before !== found.id) this.previous = before;
      await cache.keepOnly([found.id, this.previous]).catch((error) => report.notRemembered(error));
      return fine;
    } catch (error) {
      return this.failed(found, error as Error, cut);
    }
  }

  private failed(found: FoundVersion, problem: Error, cut: AbortSignal): Outcome {
    const { versions, report } = this.props;
    const { version } = found;
    if (cut.aborted) {
      versions.comes(undefined);
      return { problem, isPassing: false };
    }
    const { message: reason } = problem;
    versions.comes({ version, state: 'UNAVAILABLE', reason });
    versions.explain(`version ${version}: ${reason}`);
    const isBad = problem instanceof BadVersionError;
    if (isBad) this.refused = { id: found.id, problem };
    isBad ? report.refused(version, reason) : report.failed(version, reason);
    return { problem, isPassing: !isBad };
  }

  private async onDisk(found: FoundVersion, cut: AbortSignal): Promise<CachedVersion> {
    const { cache, maxModelMib: maxMib, report } = this.props;
    const cached = await cache.get(found.id, () => report.broken(found.version));
    if (cached) return cached;
    const location = await this.wanted.locate(found.version, cut);
    return cache.fetch(found, { artifacts: this.artifacts, location, maxMib, cut });
  }

  /** An alias that was moved on, or back, while a version was on its way: that one never serves. */
  private async hasMoved(found: FoundVersion, cut: AbortSignal): Promise<boolean> {
    if (cut.aborted) return true;
    const now = await this.wanted.find(cut).catch(() => found);
    return cut.aborted || now.id !== found.id;
  }

  /** Serves what served last, in a process that has nothing better. Once: what cannot be loaded now cannot the next time. */
  private async fallBack({ message: reason }: Error): Promise<void> {
    const { cache, report, versions } = this.props;
    if (this.hasFallenBack) return;
    this.hasFallenBack = true;
    const last = await cache.lastServed();
    if (last === undefined || last.id === this.refused?.id) return;
    const { id, version } = last;
    try {
      const cached = await cache.get(id);
      if (cached === undefined) throw new Error('its files were torn, changed or removed');
      versions.swap(id, await loadVersion(cached, this.props));
      report.servedFromDisk(version, reason);
    } catch (error) {
      report.notServedFromDisk(version, (error as Error).message);
    }
  }
}
