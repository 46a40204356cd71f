import { ServiceError } from '../../kit/errors';
import type { Engine } from '../engine/engine';
import { LeasedModel } from './leases';
import type { IndexEntry, Lease, ModelRepository } from './repository';
import { Turns } from './turns';

const version = '1';

/** One model file of this machine, as version 1 of a model. */
export class FileRepository implements ModelRepository {
  private leased: LeasedModel | undefined;
  /** Of loads and unloads. */
  private readonly turns = new Turns();

  private constructor(
    private readonly engine: Engine,
    private readonly file: string,
    private readonly name: string,
  ) {}

  /** @throws Error in words when the file cannot be loaded */
  static async open(engine: Engine, file: string, name: string): Promise<FileRepository> {
    const repository = new FileRepository(engine, file, name);
    repository.leased = await repository.read();
    return repository;
  }

  acquire(name: string, wanted?: string): Lease {
    this.checkName(name);
    if (wanted !== undefined && wanted !== version)
      throw new ServiceError(404, 'NOT_FOUND', `model '${name}' has no version ${wanted}, it has version ${version}`);
    if (this.leased === undefined)
      throw new ServiceError(503, 'UNAVAILABLE', `model '${name}' is not loaded; load it by the repository API`, 5);
    return this.leased.acquire();
  }

  index(): readonly IndexEntry[] {
    const isReady = this.leased !== undefined;
    return [
      { name: this.name, version, state: isReady ? 'READY' : 'UNAVAILABLE', reason: isReady ? '' : 'it was unloaded' },
    ];
  }

  /** The file may be another by now. */
  async load(name: string): Promise<void> {
    this.checkName(name);
    await this.turns.take(async () => {
      const next = await this.read().catch((error: Error) => {
        throw new ServiceError(400, 'INVALID_ARGUMENT', `model '${name}' could not be loaded: ${error.message}`);
      });
      const before = this.leased;
      this.leased = next;
      await before?.retire();
    });
  }

  async unload(name: string): Promise<void> {
    this.checkName(name);
    await this.turns.take(async () => {
      const before = this.leased;
      this.leased = undefined;
      await before?.retire();
    });
  }

  readonly check = async () => {
    if (this.leased === undefined) throw new Error(`model '${this.name}' is not loaded; load it by the repository API`);
  };

  close(): Promise<void> {
    return this.unload(this.name);
  }

  private async read(): Promise<LeasedModel> {
    const session = await this.engine.load(this.file);
    return new LeasedModel({ name: this.name, version, platform: this.engine.platform, session });
  }

  private checkName(name: string): void {
    if (name !== this.name)
      throw new ServiceError(404, 'NOT_FOUND', `no model '${name}', this server has '${this.name}'`);
  }
}
