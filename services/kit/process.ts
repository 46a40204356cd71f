import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from './config';
import { ProgramError } from './errors';
import type { Log } from './log';

/**
 * What a process does with its time after SIGTERM, in milliseconds, one span after the other. Together they fit into the 10 s after
 * which `docker stop` kills, and the 30 s of Kubernetes (`terminationGracePeriodSeconds` in lib/kubernetes/pod.ts).
 */
export const endingSpans = {
  /** Kubernetes sends SIGTERM first, and gateways, proxies and kube-proxy hear of it up to some seconds later: until then it takes requests as before. */
  lingerMs: 3000,
  /** It listens no more, and what is open ends. */
  drainMs: 4000,
  /** What is in memory is written down. */
  writeMs: 2000,
  /** For what lies between the spans, and to let go of what it has. */
  slackMs: 500,
} as const;

/** Whatever is still open then is cut. Kubernetes kills after its grace period, and a Node process as PID 1 ignores SIGTERM unless it listens. */
const limitMs = Object.values(endingSpans).reduce<number>((sum, span) => sum + span, 0);

/** Runs a program; what ends it early goes to standard error in words, the exit status is 1. */
export function run(program: () => Promise<void>): void {
  program().catch((error: Error) => {
    const told = error instanceof ConfigError || error instanceof ProgramError;
    process.stderr.write(`${told ? error.message : error.stack}\n`);
    process.exit(1);
  });
}

/** For a program on somebody's machine: resolves at a signal, or at the end of the command that started it. */
export function ending(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
    process.once('disconnect', () => end());
  });
}

/**
 * Ends the process at the first SIGTERM or SIGINT: serves on for a while, runs `close` (stop accepting, drain, let go), then exits with
 * 0. SIGINT, a person's, does not wait. `begin` is run at the signal itself. When all takes longer than the spans, it exits with 1.
 */
export function closeOnSignal(log: Log, close: () => Promise<unknown>, begin = () => {}): void {
  let closing = false;
  const end = async (signal: string) => {
    if (closing) return;
    closing = true;
    begin();
    log.info({ signal }, 'closing: soon new connections are refused, open requests end');
    setTimeout(() => {
      log.warn(`it has not closed within ${limitMs} ms, what is still open is cut`);
      process.exit(1);
    }, limitMs).unref();
    try {
      if (signal === 'SIGTERM') await sleep(endingSpans.lingerMs);
      await close();
      log.info('closed');
      process.exit(0);
    } catch (err) {
      log.error({ err }, 'closing failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
