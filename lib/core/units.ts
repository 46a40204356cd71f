import { PlatformError } from './errors';

/** An amount of memory with its binary unit. */
export type Memory = `${number} GiB` | `${number} MiB`;

/** A span of time with its unit. */
export type Duration = `${number} ${'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours'}`;

/** A span of time that may be shorter than a second. */
export type ShortDuration = Duration | `${number} ${'millisecond' | 'milliseconds'}`;

const mebibytesPer: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024 };
const secondsPer: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };
const millisecondsPer: Readonly<Record<string, number>> = { millisecond: 1, second: 1e3, minute: 6e4, hour: 3.6e6 };

/**
 * `'20 GiB'` → 20480.
 * @throws PlatformError for any other text
 */
export const mebibytes = (memory: Memory): number =>
  Math.round(parse('memory', memory, mebibytesPer, "write it as '20 GiB' or '512 MiB'"));

/**
 * `'30 minutes'` → 1800.
 * @throws PlatformError for any other text
 */
export const seconds = (duration: Duration): number =>
  span(duration, secondsPer, "write it as '30 seconds', '10 minutes' or '2 hours'");

/**
 * `'2 milliseconds'` → 2, `'30 seconds'` → 30000.
 * @throws PlatformError for any other text
 */
export const milliseconds = (duration: ShortDuration): number =>
  span(duration, millisecondsPer, "write it as '2 milliseconds', '30 seconds' or '10 minutes'");

/** One or many: `1 minute`, `10 minutes`. */
const span = (duration: string, units: Readonly<Record<string, number>>, hint: string) =>
  Math.round(parse('a duration', duration.replace(/s$/, ''), units, hint, duration));

function parse(
  what: string,
  text: string,
  units: Readonly<Record<string, number>>,
  hint: string,
  original = text,
): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ([A-Za-z]+)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  const value = Number(amount) * (factor ?? Number.NaN);
  if (value > 0) return value;
  throw new PlatformError({ what: `${what} needs a positive number and a unit`, got: `'${original}'`, do: hint });
}
