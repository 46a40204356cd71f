import { z } from 'zod';

/*
 * Values as protobuf's JSON spells them, which is what MLflow's clients send: `null` means absent, an integer of 64 bits may be
 * text, a double may be 'NaN', 'Infinity' or '-Infinity', an enumeration may be its number.
 */

const missing = 'missing';

/** The text of MLflow for a request that does not fit. */
export const invalidText = (field: string, problem: string) =>
  problem === missing ? missingText(field) : `Invalid value for parameter '${field}' supplied: ${problem}. ${seeDocs}`;

export const missingText = (field: string) => `Missing value for required parameter '${field}'. ${seeDocs}`;

export const seeDocs = 'See the API docs for more information about request parameters.';

const saysMissing = {
  error: (issue: { input?: unknown }) => (issue.input === undefined || issue.input === null ? missing : undefined),
};

/** Text that must be there; an empty one counts as absent, as in protobuf. */
export const required = () => z.string(saysMissing).min(1, missing);

export const text = () => optional(z.string());

export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

export const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

export const int64 = () =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^-?\d+$/)
          .transform(Number),
      ],
      {
        error: (issue) => (issue.input === undefined || issue.input === null ? missing : 'expected an integer'),
      },
    )
    .refine(Number.isSafeInteger, 'expected an integer');

export const double = () =>
  z.union(
    [
      z.number(),
      z
        .string()
        .regex(/^(NaN|-?Infinity|-?\d+(\.\d*)?([eE][+-]?\d+)?)$/)
        .transform(Number),
    ],
    { error: (issue) => (issue.input === undefined || issue.input === null ? missing : 'expected a number') },
  );

/** A number as protobuf's JSON writes it. */
export const doubleToJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** Names in the order of their numbers, from 1. */
export const enumeration = <const N extends readonly [string, ...string[]]>(names: N) =>
  z.preprocess(
    (value) => (typeof value === 'number' ? names[value - 1] : value),
    z.enum(names, `expected one of ${names.join(', ')}`),
  );

/** GET carries a repeated field once or several times. */
export const repeated = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), list(item));
