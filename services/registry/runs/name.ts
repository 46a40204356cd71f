import { randomInt } from 'node:crypto';
import type { KeyValue } from '../protocol/entities';
import { invalid } from '../protocol/errors';

/** The tag that carries the name of a run; name and tag always agree. */
export const runNameTag = 'mlflow.runName';

const qualities = [
  'able',
  'bold',
  'calm',
  'clever',
  'curious',
  'eager',
  'gentle',
  'keen',
  'lively',
  'merry',
  'nimble',
  'patient',
  'quiet',
  'swift',
  'tidy',
  'upbeat',
];
const animals = [
  'badger',
  'crane',
  'dolphin',
  'falcon',
  'finch',
  'gecko',
  'heron',
  'ibex',
  'lynx',
  'marten',
  'otter',
  'panda',
  'robin',
  'seal',
  'tapir',
  'wren',
];

const pick = (words: readonly string[]) => words[randomInt(words.length)];
/** For what has no name of its own. */
export const randomName = () => `${pick(qualities)}-${pick(animals)}-${randomInt(1000)}`;

/** The name that a new run gets, and its tags with the name among them. */
export function nameRun(
  asked: string | undefined,
  tags: readonly KeyValue[],
): { name: string; tags: readonly KeyValue[] } {
  const tagged = tags.find(({ key }) => key === runNameTag)?.value;
  if (asked && tagged && asked !== tagged)
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${asked}', mlflow.runName='${tagged}').`,
    );
  const name = asked || tagged || randomName();
  return { name, tags: [...tags.filter(({ key }) => key !== runNameTag), { key: runNameTag, value: name }] };
}
