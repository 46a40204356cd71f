import type { Problem } from '../core/errors';

/** Days that CloudWatch Logs can keep events. Source: CloudWatch Logs API, PutRetentionPolicy, read on 2026-11-22. */
export const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export type LogDays = (typeof logDays)[number];

/** Problems of a number of days that did not come from typed code. */
export function logDaysProblems(days: number): Problem[] {
  if ((logDays as readonly number[]).includes(days)) return [];
  const above = logDays.find((one) => one > days);
  return [
    {
      what: 'CloudWatch Logs cannot keep events for so many days',
      got: `${days}`,
      do: `use ${above ?? logDays.at(-1)}, or one of ${logDays.join(', ')}`,
    },
  ];
}
