import type { ModelVersion, VersionOrigin } from '../models/store';
import type { KeyValue } from '../protocol/entities';
import type { Page, Paging } from '../protocol/pages';
import type { InventoryItem, Lineage } from './schema';

type Run = NonNullable<Lineage['run']>;

/** What the database knows of how a version was made. */
export interface Making extends VersionOrigin {
  readonly version: ModelVersion;
  /** `undefined`: none was given, or it is not kept here. */
  readonly run: MakingRun | undefined;
}

export interface MakingRun {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly experimentName: string;
  readonly userId: string;
  readonly status: string;
  readonly lifecycleStage: string;
  /** Milliseconds since 1970. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly artifactUri: string;
  readonly params: readonly KeyValue[];
  /** NaN and infinities as text. */
  readonly metrics: readonly {
    readonly key: string;
    readonly value: Run['metrics'][string]['value'];
    readonly step: number;
    readonly timestamp: number;
  }[];
  readonly tags: readonly KeyValue[];
  readonly datasets: Lineage['datasets'];
  readonly inputModels: readonly string[];
}

export interface InventoryQuery extends Paging {
  /** Only these. @default - all */
  readonly aliases: readonly string[];
}

export interface LineageStore {
  /** Errors are those of the version: it may not be there. */
  making(name: string, version: number): Promise<Making>;
  /** Models, not prompts. */
  inventory(query: InventoryQuery): Promise<Page<InventoryItem>>;
}
