import type { LifecycleStage } from '../tables';
import { enumeration, optional } from './values';

/** A tag or a param. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export const viewType = () => optional(enumeration(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']));
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export const stagesOf = (view: ViewType = 'ACTIVE_ONLY'): LifecycleStage[] =>
  view === 'ALL' ? ['active', 'deleted'] : view === 'ACTIVE_ONLY' ? ['active'] : ['deleted'];
