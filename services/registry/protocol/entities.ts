import type { LifecycleStage } from '../tables';
import { enumeration, optional } from './values';

/** A tag or a param. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** One of each key, the last: as when they come one after the other. */
export const lastOfEachKey = (tags: readonly KeyValue[]): KeyValue[] => [
  ...new Map(tags.map((tag) => [tag.key, tag])).values(),
];

export const viewType = () => optional(enumeration(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']));
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export const stagesOf = (view: ViewType = 'ACTIVE_ONLY'): LifecycleStage[] =>
  view === 'ALL' ? ['active', 'deleted'] : view === 'ACTIVE_ONLY' ? ['active'] : ['deleted'];
