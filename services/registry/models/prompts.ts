import type { Comparison } from '../filter/parse';
import type { KeyValue } from '../protocol/entities';

/** Marks a registered model, and each of its versions, as a prompt. */
export const promptTag = 'mlflow.prompt.is_prompt';

/** Sources that clients send for the versions of prompts, which have no artifacts (mlflow 3.17.2, prompt/constants.py). */
export const promptSources = ['dummy-source', 'prompt-template'];

export const hasPromptTag = (tags: readonly KeyValue[]) => tags.some(({ key }) => key === promptTag);

export const isPrompt = (tags: readonly KeyValue[]) =>
  tags.findLast(({ key }) => key === promptTag)?.value.toLowerCase() === 'true';

/**
 * Searches give models only, unless they ask for prompts: the first comparison with the tag says so. A search for models looks
 * at none of those comparisons: models lack the tag, so that even `!= 'true'` would find none.
 */
export function separatePrompts(comparisons: readonly Comparison[]): { comparisons: Comparison[]; models: boolean } {
  const ofPrompts = ({ entity, key }: Comparison) => entity === 'tag' && key === promptTag;
  const first = comparisons.find(ofPrompts);
  const value = String(first?.value).toLowerCase();
  const asked = (first?.operator === '=' && value === 'true') || (first?.operator === '!=' && value === 'false');
  return asked
    ? { comparisons: [...comparisons], models: false }
    : { comparisons: comparisons.filter((comparison) => !ofPrompts(comparison)), models: true };
}
