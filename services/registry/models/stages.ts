import { invalid } from '../protocol/errors';

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof stages)[number];

/** Stages in which a version is in use: only these can push out the versions that were there. */
const activeStages: readonly Stage[] = ['Staging', 'Production'];

/** The stage of a version that was deleted: its number is never given again. */
export const deletedStage = 'Deleted_Internal';

/** Clients may write a stage in any case. */
export function stageOf(asked: string): Stage {
  const stage = stages.find((known) => known.toLowerCase() === asked.toLowerCase());
  if (stage === undefined)
    throw invalid(`Invalid Model Version stage: ${asked}. Value must be one of ${stages.join(', ')}.`);
  return stage;
}

/** MLflow answers the same with 500, which its client retries seven times. */
export function checkArchives(asked: string): void {
  if (!activeStages.includes(stageOf(asked)))
    throw invalid(
      `Model version transition cannot archive existing model versions because '${asked}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    );
}
