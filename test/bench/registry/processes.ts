import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat per second: USER_HZ, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Of its own and of its children that have ended. */
  readonly ticks: number;
}

/** CPU-seconds that a process and all below it have taken, also those that have ended. */
export const cpuSeconds = (root: number) => sum(tree(root).map(({ ticks }) => ticks)) / ticksPerSecond;

/** Memory of a process and all below it in MB (10^6 bytes); pages that they share are counted once. */
export const megabytes = (root: number) => sum(tree(root).map(({ pid }) => field(pid, 'smaps_rollup', 'Pss'))) / 1000;

/** Forgets the largest memory so far, so that `peakMegabytes` speaks of what comes. */
export const resetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Largest resident memory of one process in MB, since its start or the last reset. */
export const peakMegabytes = (pid: number) => (field(pid, 'status', 'VmHWM') * 1024) / 1e6;

function tree(root: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readStat(Number(pid)));
  const below = (pid: number): Stat[] =>
    all.filter(({ parent }) => parent === pid).flatMap((s) => [s, ...below(s.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...below(root)];
}

/** proc(5): after the name in parentheses come the state, the parent, and from the 14th field on the four times. */
function readStat(pid: number): Stat[] {
  const text = read(`/proc/${pid}/stat`);
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return text === '' ? [] : [{ pid, parent: fields[1] ?? 0, ticks: sum(fields.slice(11, 15)) }];
}

const field = (pid: number, file: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0);

/** '' when the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
