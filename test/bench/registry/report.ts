import { median, round } from '../figures';
import type { Load } from './load';
import { cpuSeconds, megabytes } from './processes';
import type { Scenario } from './scenarios';
import type { Side } from './sides';

/** One side in one round of one scenario. */
export interface Measured {
  readonly scenario: string;
  readonly side: string;
  readonly calls: number;
  readonly rate: number;
  /** Median in ms. */
  readonly p50: number;
  /** CPU-seconds. */
  readonly server: number;
  readonly database: number;
  /** MB at the end of the round. */
  readonly memory: number;
}

export async function measure(
  side: Side,
  scenario: Scenario,
  load: Load,
  database: number,
  seconds: number,
): Promise<Measured> {
  const before = [cpuSeconds(side.pid), cpuSeconds(database)] as const;
  const { times, seconds: took } = await load.repeat(scenario.work, seconds);
  const [server, ofDatabase] = [cpuSeconds(side.pid) - before[0], cpuSeconds(database) - before[1]];
  return {
    scenario: scenario.name,
    side: side.name,
    calls: times.length,
    rate: times.length / took,
    p50: median(times),
    server,
    database: ofDatabase,
    memory: megabytes(side.pid),
  };
}

interface Summary {
  readonly rate: number;
  readonly p50: number;
  /** CPU-seconds per 1000 calls. */
  readonly server: number;
  readonly database: number;
  readonly memory: number;
}

const of = (measured: readonly Measured[], scenario: string, side: string): Summary | undefined => {
  const rounds = measured.filter((m) => m.scenario === scenario && m.side === side);
  if (rounds.length === 0) return undefined;
  const calls = rounds.reduce((sum, m) => sum + m.calls, 0);
  const per1000 = (key: 'server' | 'database') => (rounds.reduce((sum, m) => sum + m[key], 0) / calls) * 1000;
  return {
    rate: median(rounds.map((m) => m.rate)),
    p50: median(rounds.map((m) => m.p50)),
    server: per1000('server'),
    database: per1000('database'),
    memory: Math.max(...rounds.map((m) => m.memory)),
  };
};

/** A table per scenario, with the ratios to ours. Rates and times are medians of the rounds, CPU is of all calls. */
export function lines(measured: readonly Measured[]): string[] {
  const sides = [...new Set(measured.map(({ side }) => side))];
  return [...new Set(measured.map(({ scenario }) => scenario))].flatMap((scenario) => {
    const ours = of(measured, scenario, 'ours');
    const rows = sides.flatMap((side) => {
      const s = of(measured, scenario, side);
      if (s === undefined || ours === undefined) return [];
      const ratios =
        side === 'ours'
          ? ''
          : `; ours: ${round(ours.rate / s.rate)} times the rate, 1/${round(s.server / ours.server)} of the server's CPU, 1/${round((s.server + s.database) / (ours.server + ours.database))} with the database's`;
      return [
        `  ${side}: ${round(s.rate)}/s, p50 ${round(s.p50)} ms, CPU-s per 1000: server ${round(s.server)}, database ${round(s.database)}; ${Math.round(s.memory)} MB${ratios}`,
      ];
    });
    return [scenario, ...rows];
  });
}

/** Bounds of the project that do not hold; those against MLflow only where it ran. */
export function brokenBounds(measured: readonly Measured[], artifactMegabytes: number | undefined): string[] {
  const scenarios = [...new Set(measured.map(({ scenario }) => scenario))];
  const slow = scenarios.flatMap((scenario) => {
    const [ours, theirs] = [of(measured, scenario, 'ours'), of(measured, scenario, 'MLflow')];
    if (!ours || !theirs) return [];
    return [
      ...(ours.rate < 8 * theirs.rate ? [`${scenario}: less than 8 times the rate`] : []),
      ...(ours.server > theirs.server / 10 ? [`${scenario}: more than a tenth of the server's CPU`] : []),
      ...(ours.server + ours.database > (theirs.server + theirs.database) / 10
        ? [`${scenario}: more than a tenth of the CPU of server and database`]
        : []),
    ];
  });
  return [
    ...slow,
    ...(artifactMegabytes !== undefined && artifactMegabytes > 200 ? ['1 GB artifact: more than 200 MB'] : []),
  ];
}
