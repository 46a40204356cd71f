import { z } from 'zod';
import { invalid } from '../protocol/errors';
import { enumeration } from '../protocol/values';

/** Entities and actions in the order of their numbers in MLflow's protocol (mlflow 3.17.2, protos/webhooks.proto). */
const entities = [
  'REGISTERED_MODEL',
  'MODEL_VERSION',
  'MODEL_VERSION_TAG',
  'MODEL_VERSION_ALIAS',
  'PROMPT',
  'PROMPT_VERSION',
  'PROMPT_TAG',
  'PROMPT_VERSION_TAG',
  'PROMPT_ALIAS',
  'BUDGET_POLICY',
] as const;
const actions = ['CREATED', 'UPDATED', 'DELETED', 'SET', 'EXCEEDED'] as const;

const named = { name: 'example_model' };
const ofVersion = { ...named, version: '1' };
const prompt = { name: 'example_prompt' };
const ofPromptVersion = { ...prompt, version: '1' };
const tags = { tags: { example_key: 'example_value' } };
const key = { key: 'example_key' };
const value = { ...key, value: 'example_value' };
const alias = { alias: 'example_alias' };

/** Every event there is, with what it tells: what a test sends. The last one belongs to a part of MLflow that is not here. */
const examples: Readonly<Record<string, object>> = {
  'registered_model.created': { ...named, ...tags, description: 'An example registered model' },
  'model_version.created': {
    ...ofVersion,
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    ...tags,
    description: 'An example model version',
  },
  'model_version_tag.set': { ...ofVersion, ...value },
  'model_version_tag.deleted': { ...ofVersion, ...key },
  'model_version_alias.created': { ...named, ...alias, version: '1' },
  'model_version_alias.deleted': { ...named, ...alias },
  'prompt.created': { ...prompt, ...tags, description: 'An example prompt' },
  'prompt_version.created': {
    ...ofPromptVersion,
    template: 'Hello {{name}}!',
    ...tags,
    description: 'An example prompt version',
  },
  'prompt_tag.set': { ...prompt, ...value },
  'prompt_tag.deleted': { ...prompt, ...key },
  'prompt_version_tag.set': { ...ofPromptVersion, ...value },
  'prompt_version_tag.deleted': { ...ofPromptVersion, ...key },
  'prompt_alias.created': { ...prompt, ...alias, version: '1' },
  'prompt_alias.deleted': { ...prompt, ...alias },
  'budget_policy.exceeded': {},
};

export const exampleOf = (event: string): object => examples[event] ?? {};

export const eventField = z.object({ entity: enumeration(entities), action: enumeration(actions) });

/** As it is kept: `model_version.created`. */
export function eventOf({ entity, action }: z.output<typeof eventField>): string {
  const [kind, change] = [entity.toLowerCase(), action.toLowerCase()];
  const event = `${kind}.${change}`;
  if (Object.hasOwn(examples, event)) return event;
  const valid = Object.keys(examples).flatMap((known) => {
    const [ofKind, possible] = known.split('.');
    return ofKind === kind ? [`'${possible}'`] : [];
  });
  throw invalid(`Invalid action '${change}' for entity '${kind}'. Valid actions are: [${valid.toSorted().join(', ')}]`);
}

export function eventToJson(event: string) {
  const [entity = '', action = ''] = event.toUpperCase().split('.');
  return { entity, action };
}
