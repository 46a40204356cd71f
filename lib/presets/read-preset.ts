import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { PlatformError, type Problem } from '../core/errors';
import { reasonable } from './reasonable';
import { type Preset, presetSchema, type Settings } from './schema';

const bases: Readonly<Record<string, object>> = { reasonable };

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
  if (!existsSync(path)) {
    throw new PlatformError({
      what: `preset file '${path}' is missing`,
      got: 'no such file',
      do: 'give the path of a JSON file',
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new PlatformError({
      what: `preset file '${path}' is not JSON`,
      got: (error as Error).message,
      do: 'correct the file',
    });
  }
  if (!isObject(json)) return checkPreset(json, `preset file '${path}'`);
  const { extends: base, ...own } = json;
  if (base === undefined) return checkPreset(own, `preset file '${path}'`);
  const start = bases[String(base)];
  if (!start) {
    const known = Object.keys(bases).map((name) => `'${name}'`);
    throw new PlatformError({
      what: `preset file '${path}' extends an unknown preset`,
      got: shown(base),
      do: `extend one of ${known.join(', ')}`,
    });
  }
  return checkPreset(merge(start, own), `preset file '${path}'`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects are merged key by key; everything else is replaced. */
function merge(base: object, own: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const old = merged[key];
    merged[key] = isObject(value) && isObject(old) ? merge(old, value) : value;
  }
  return merged;
}

const valueAt = (input: unknown, path: readonly PropertyKey[]) =>
  path.reduce<unknown>(
    (value, key) =>
      isObject(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );

/** A value in a message: short, and of an object only its keys. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isObject(value)) return `the keys ${Object.keys(value).join(', ')}`;
  return JSON.stringify(value);
}
