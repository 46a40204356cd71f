import { ServiceError, UnavailableError } from '../../kit/errors';
import type { Log } from '../../kit/log';
import { LeasedModel } from './leases';
import type { LoadMetrics } from './load-metrics';
import type { IndexEntry, Lease, LoadedModel } from './repository';

/** A version that is not in use: it comes, or it was refused. */
interface Candidate {
  readonly version: string;
  readonly state: 'LOADING' | 'UNAVAILABLE';
  readonly reason: string;
}

/** The versions of one model in this process: the one that serves, the one that comes, those whose last requests run. */
export class ServedVersions {
  private current: { readonly id: string; readonly leased: LeasedModel } | undefined;
  private candidate: Candidate | undefined;
  private readonly ending = new Map<LeasedModel, Promise<void>>();
  /** Why none serves. */
  private problem = 'no version is loaded yet; wait for the registry';

  constructor(
    readonly name: string,
    private readonly log: Log,
    private readonly metrics: LoadMetrics | undefined,
  ) {}

  /** Of the version that serves. */
  get id(): string | undefined {
    return this.current?.id;
  }

  /** As messages name it. */
  get version(): string | undefined {
    return this.current?.leased.model.version;
  }

  /** @throws ServiceError as `ModelRepository.acquire` says */
  acquire(name: string, version: string | undefined): Lease {
    this.checkName(name);
    if (this.current === undefined) throw new UnavailableError(`model '${name}' is not ready: ${this.problem}`);
    if (version === undefined || version === this.version) return this.current.leased.acquire();
    const { candidate } = this;
    if (version !== candidate?.version)
      throw new ServiceError(
        404,
        'NOT_FOUND',
        `model '${name}' has no version '${version}' here, it serves '${this.version}'`,
      );
    throw new UnavailableError(
      `version '${version}' of model '${name}' ${candidate.state === 'LOADING' ? 'is loading' : `is refused: ${candidate.reason}`}`,
    );
  }

  checkName(name: string): void {
    if (name !== this.name)
      throw new ServiceError(404, 'NOT_FOUND', `there is no model '${name}' here, got '${this.name}' only`);
  }

  /** The version that comes is told to whoever asks; `undefined`: none does. */
  comes(candidate: Candidate | undefined): void {
    this.candidate = candidate;
  }

  /** New requests go to this one from now on. */
  swap(id: string, model: LoadedModel): void {
    const old = this.current?.leased;
    this.current = { id, leased: new LeasedModel(model) };
    if (this.candidate?.version === model.version) this.candidate = undefined;
    this.metrics?.serves(this.name, model.version);
    if (old) this.end(old);
  }

  /** None serves. Resolves when the last request has ended and all memory is given back. */
  async stop(problem: string): Promise<void> {
    this.problem = problem;
    if (this.current) this.end(this.current.leased);
    this.current = undefined;
    this.candidate = undefined;
    this.metrics?.serves(this.name, undefined);
    await Promise.all(this.ending.values());
  }

  /** What requests are told while none serves. */
  explain(problem: string): void {
    this.problem = problem;
  }

  index(): IndexEntry[] {
    const { name, current, candidate } = this;
    const entries: IndexEntry[] = [];
    if (current) entries.push({ name, version: current.leased.model.version, state: 'READY', reason: '' });
    if (candidate) entries.push({ name, ...candidate });
    for (const { model } of this.ending.keys())
      entries.push({ name, version: model.version, state: 'UNLOADING', reason: 'its last requests run' });
    return entries.length > 0 ? entries : [{ name, version: '', state: 'UNAVAILABLE', reason: this.problem }];
  }

  check(): void {
    if (this.current === undefined) throw new Error(this.problem);
  }

  private end(leased: LeasedModel): void {
    const { version } = leased.model;
    const ended = leased
      .retire()
      .catch((err) => this.log.error({ err, version }, 'the memory of a version could not be given back'))
      .finally(() => this.ending.delete(leased));
    this.ending.set(leased, ended);
  }
}
