import { request } from 'node:http';
import { join } from 'node:path';
import { type Child, eventually } from '../harness/processes';
import { type Chance, type Recorded, random } from './mutations';

/** Arguments of a Node whose memory a storm measures. */
export const measuredArgs = ['--expose-gc', '--require', join(__dirname, 'memory-on-signal.cjs')];

export interface Target {
  readonly url: string;
  /** Started with `measuredArgs`. */
  readonly child: Child;
  /** What it has written so far. */
  readonly output: () => string;
}

export interface StormResult {
  /** Requests with an answer of 5xx, or without one; at most five of each status. */
  readonly failed: readonly Recorded[];
  readonly counts: ReadonlyMap<number, number>;
  /** Growth of the memory by the second half of the requests, with garbage collected, in MiB. */
  readonly growth: number;
}

/** Requests of a storm, and growth of memory that is none, in MiB. */
export const storm = { requests: 10_000, growth: 32 };
const atOnce = 16;
const patience = 60_000;

/** Sends mutated requests: those of one number are the same each time. */
export async function sendStorm(target: Target, make: (chance: Chance) => Recorded): Promise<StormResult> {
  const byStatus = new Map<number, Recorded[]>();
  const counts = new Map<number, number>();
  const sendHalf = async (from: number) => {
    let next = from;
    const sender = async () => {
      while (next < from + storm.requests / 2) {
        const mutated = make(random(next++));
        const status = await send(target.url, mutated);
        byStatus.set(status, [...(byStatus.get(status) ?? []).slice(-4), mutated]);
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, sender));
  };
  await sendHalf(0);
  const before = await memory(target);
  await sendHalf(storm.requests / 2);
  const after = await memory(target);
  console.log(`memory ${before} and ${after} MiB; answers ${JSON.stringify(Object.fromEntries(counts))}`);
  const failed = [...byStatus].flatMap(([status, some]) => (status >= 500 || status === 0 ? some : []));
  return { failed, counts, growth: after - before };
}

/** Bytes as they are: fetch would mend half of what is broken. 0: the server closed the connection without an answer. */
export function send(url: string, { method, path, headers, body }: Recorded): Promise<number> {
  return new Promise((resolve) => {
    // A connection of its own: a request that is refused takes its connection along.
    const length = { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, timeout: patience, agent: false } as const;
    const outgoing = request(url + path, options, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', () => resolve(0)).once('timeout', () => outgoing.destroy());
    outgoing.end(body);
  });
}

/** Resident memory in MiB, without garbage. */
async function memory({ child, output }: Target): Promise<number> {
  const seen = output().split('memory ').length;
  child.kill('SIGUSR2');
  await eventually(async () => expect(output().split('memory ').length).toBeGreaterThan(seen), patience);
  return Number(output().split('memory ').at(-1)?.split('\n')[0]);
}
