import { createLog, type Log } from '../../../services/kit/log';

/** A log whose lines can be read. */
export function readableLog(level = 'debug'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog('test', level, { write: (line) => lines.push(line) }), lines };
}
