import { median, round } from '../figures';
import { cpuSeconds, megabytes } from '../registry/processes';
import { repeat } from './connections';
import type { Side } from './sides';

/** One side in one round. */
export interface Measured {
  readonly scenario: string;
  readonly side: string;
  readonly rate: number;
  /** Median in ms. */
  readonly p50: number;
  readonly calls: number;
  /** CPU-seconds of the server. */
  readonly cpu: number;
  /** MB at the end of the round. */
  readonly memory: number;
}

export async function measure(
  side: Side,
  request: Buffer,
  { connections, seconds, name }: { connections: number; seconds: number; name: string },
): Promise<Measured> {
  await repeat(side.inferUrl, request, connections, Math.min(1, seconds));
  const before = cpuSeconds(side.pid);
  const { times, seconds: took } = await repeat(side.inferUrl, request, connections, seconds);
  const cpu = cpuSeconds(side.pid) - before;
  const rate = times.length / took;
  const scenario = `${name}, ${connections} connection${connections > 1 ? 's' : ''}`;
  return { scenario, side: side.name, rate, p50: median(times), calls: times.length, cpu, memory: megabytes(side.pid) };
}

export interface Summary {
  readonly rate: number;
  readonly p50: number;
  /** CPU-seconds per 1000 calls. */
  readonly cpu: number;
  readonly memory: number;
  /** Lowest and highest rate of the rounds. */
  readonly spread: readonly [number, number];
}

export function summary(measured: readonly Measured[], scenario: string, side: string): Summary | undefined {
  const rounds = measured.filter((one) => one.scenario === scenario && one.side === side);
  if (rounds.length === 0) return undefined;
  const sum = (key: 'cpu' | 'calls') => rounds.reduce((total, one) => total + one[key], 0);
  const rates = rounds.map((one) => one.rate);
  return {
    rate: median(rates),
    p50: median(rounds.map((one) => one.p50)),
    cpu: (sum('cpu') / sum('calls')) * 1000,
    memory: Math.max(...rounds.map((one) => one.memory)),
    spread: [Math.min(...rates), Math.max(...rates)],
  };
}

/** Rates and times are medians of the rounds, CPU is of all calls. */
export function lines(measured: readonly Measured[]): string[] {
  const names = (key: 'scenario' | 'side') => [...new Set(measured.map((one) => one[key]))];
  return names('scenario').flatMap((scenario) => [
    scenario,
    ...names('side').flatMap((side) => {
      const s = summary(measured, scenario, side);
      if (s === undefined) return [];
      const [least, most] = s.spread.map(Math.round);
      return [
        `  ${side}: ${Math.round(s.rate)}/s (${least} to ${most}), p50 ${round(s.p50)} ms, ${round(s.cpu)} CPU-s per 1000 calls, ${Math.round(s.memory)} MB`,
      ];
    }),
  ]);
}
