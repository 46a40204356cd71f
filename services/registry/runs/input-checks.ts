import { badRequest } from '../protocol/errors';
import { checkLength } from '../protocol/names';
import type { DatasetInput } from './store';

/** Longest fields of a dataset and of its tags, in characters (mlflow 3.17.2, utils/validation.py). */
const longest = {
  name: 500,
  digest: 36,
  source: 65_535,
  schema: 1_048_575,
  profile: 16_777_215,
  tagKey: 255,
  tagValue: 500,
};

/** Refuses what MLflow refuses. Of two with one name and digest the first counts. */
export function checkInputs(inputs: readonly DatasetInput[]): DatasetInput[] {
  const first = new Map<string, DatasetInput>();
  for (const input of inputs) {
    const { dataset, tags } = input;
    for (const field of ['name', 'digest', 'source', 'schema', 'profile'] as const)
      checkLength(dataset[field] ?? '', field, longest[field]);
    for (const { key, value } of tags) {
      checkLength(key, 'key', longest.tagKey);
      checkLength(value, 'value', longest.tagValue);
    }
    const keys = tags.map(({ key }) => key);
    const twice = keys.find((key, index) => keys.indexOf(key) < index);
    if (twice !== undefined) throw badRequest(`The input of dataset '${dataset.name}' has the tag '${twice}' twice`);
    const identity = JSON.stringify([dataset.name, dataset.digest]);
    if (!first.has(identity)) first.set(identity, input);
  }
  return [...first.values()];
}
