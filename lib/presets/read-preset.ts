import type { z } from 'zod';
import { PlatformError, type Problem } from '../core/errors';
import { readJson } from '../core/json-file';
import { isMap, mergeMaps, type PlainMap } from '../core/maps';
import { reasonable } from './reasonable';
import { type Preset, presetSchema, type Settings } from './schema';

const bases: Readonly<Record<string, PlainMap>> = { reasonable };

/**
 * Checks a preset.
 * @throws PlatformError with everything that is wrong with it
 */
export const checkPreset = (input: unknown, source = 'the preset'): Preset =>
  check(presetSchema, input, source) as Preset;

/**
 * Checks all of a preset but its target, for targets that are no data.
 * @throws PlatformError with everything that is wrong with it
 */
export const checkSettings = (input: unknown): Settings => check(settingsSchema, input, 'the preset');

const settingsSchema = presetSchema.omit({ target: true });

function check<T>(schema: z.ZodType<T>, input: unknown, source: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new PlatformError(
    ...result.error.issues.map(({ path, message }): Problem => {
      const where = path.length > 0 ? path.join('.') : 'its top level';
      return { what: `${source} is wrong at ${where}`, got: shown(valueAt(input, path)), do: `correct it: ${message}` };
    }),
  );
}

/**
 * A preset from a JSON file; `"extends": "reasonable"` fills in what the file leaves out.
 * @throws PlatformError when the file is missing, is not JSON, or holds no preset
 */
export function readPreset(path: string): Preset {
  const name = 'preset file';
  const json = readJson({ path, name, missing: 'give the path of a JSON file', broken: 'correct the file' });
  if (!isMap(json)) return checkPreset(json, `${name} '${path}'`);
  const { extends: base, ...own } = json;
  if (base === undefined) return checkPreset(own, `${name} '${path}'`);
  const start = bases[String(base)];
  if (!start) {
    const known = Object.keys(bases).map((preset) => `'${preset}'`);
    throw new PlatformError({
      what: `${name} '${path}' extends an unknown preset`,
      got: shown(base),
      do: `extend one of ${known.join(', ')}`,
    });
  }
  return checkPreset(mergeMaps(start, own), `${name} '${path}'`);
}

const valueAt = (input: unknown, path: readonly PropertyKey[]) =>
  path.reduce<unknown>(
    (value, key) => (isMap(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );

/** A value in a message: short, and of an object only its keys. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isMap(value)) return `the keys ${Object.keys(value).join(', ')}`;
  return JSON.stringify(value);
}
