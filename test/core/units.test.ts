import { type Duration, type Memory, mebibytes, milliseconds, type ShortDuration, seconds } from '../../lib/core/units';

test.each<[Memory, number]>([
  ['20 GiB', 20480],
  ['512 MiB', 512],
  ['0.5 GiB', 512],
  ['22.4 GiB', 22938],
])('%s in MiB', (memory, expected) => {
  expect(mebibytes(memory)).toBe(expected);
});

test.each<[Duration, number]>([
  ['1 second', 1],
  ['90 seconds', 90],
  ['30 minutes', 1800],
  ['1 minute', 60],
  ['0.5 hours', 1800],
  ['2 hours', 7200],
])('%s in seconds', (duration, expected) => {
  expect(seconds(duration)).toBe(expected);
});

test.each<[ShortDuration, number]>([
  ['1 millisecond', 1],
  ['2.4 milliseconds', 2],
  ['0.5 seconds', 500],
  ['30 seconds', 30_000],
  ['2 minutes', 120_000],
  ['1 hour', 3_600_000],
])('%s in milliseconds', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test("'2 ms' is no duration, and milliseconds are none where seconds are meant", () => {
  const advice = (text: string, examples: string) =>
    `a duration needs a positive number and a unit, got '${text}'; write it as ${examples}`;
  expect(() => milliseconds('2 ms' as ShortDuration)).toThrow(
    advice('2 ms', "'2 milliseconds', '30 seconds' or '10 minutes'"),
  );
  expect(() => seconds('2 milliseconds' as Duration)).toThrow(
    advice('2 milliseconds', "'30 seconds', '10 minutes' or '2 hours'"),
  );
});

test.each(['20 GB', '20GiB', '20', '', '0 GiB', '-1 GiB', '1e3 GiB', ' 20 GiB', 'NaN GiB', '5 constructor'])(
  "'%s' is no memory",
  (text) => {
    expect(() => mebibytes(text as Memory)).toThrow(
      expect.objectContaining({
        name: 'PlatformError',
        message: `memory needs a positive number and a unit, got '${text}'; write it as '20 GiB' or '512 MiB'`,
      }),
    );
  },
);

test.each(['30 s', '30min', '0 seconds', '2 days', '', '5 minutess', '-1 hours'])("'%s' is no duration", (text) => {
  expect(() => seconds(text as Duration)).toThrow(
    expect.objectContaining({
      name: 'PlatformError',
      message: `a duration needs a positive number and a unit, got '${text}'; write it as '30 seconds', '10 minutes' or '2 hours'`,
    }),
  );
});

test('a wrong unit does not compile', () => {
  // @ts-expect-error GB is what sellers count, GiB what drivers report
  const memory: Memory = '20 GB';
  // @ts-expect-error days have no use yet
  const duration: Duration = '2 days';
  expect([memory, duration]).toHaveLength(2);
});
