import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OnnxEngine } from '../../../services/model-server/engine/onnx';
import { environments, preparePython } from '../../clients/venv';
import { denseModel } from '../../services/support/onnx';
import { bundleServices } from '../../services/support/service';
import { median, round } from '../figures';
import { megabytes } from '../registry/processes';
import { aliasMoves } from './alias-moves';
import { post, postBinary } from './connections';
import { lines, type Measured, measure, summary } from './report';
import { type Side, startMlserver, startOurs } from './sides';

const options = {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '5' },
  ours: { type: 'boolean', default: false },
} as const;

/** Widths and layers: a model that takes as long as one of gradient-boosted trees, and one of at least 2 ms. */
const small = { width: 16, layers: 2 };
const large = { width: 1024, layers: 44 };
const batch = 32;
const moves = 9;

/** The bounds of the project. */
const mostAboveMs = 0.4;
const leastRate = 4;
const leastBatching = 2;
/** Seconds. */
const mostToNewVersion = 5;

/** Ours and MLServer in alternation, on the same file and version of onnxruntime. With `--ours` only ours. */
export async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const python = values.ours
    ? { missing: '--ours' }
    : preparePython({
        requirements: join(__dirname, 'requirements.txt'),
        folder: join(environments, 'bench-serving'),
      });
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-serving-'));
  const bundle = bundleServices();
  const sides: Side[] = [];
  const broken: string[] = [];
  try {
    const [file, largeFile] = [join(folder, 'm.onnx'), join(folder, 'large', 'm.onnx')];
    writeFileSync(file, denseModel(small.width, small.layers));
    console.log(
      `${rounds} rounds of ${seconds} s in alternation; load of the machine ${loadavg().map(round).join(', ')}`,
    );
    sides.push(await startOurs(bundle, file));
    if ('python' in python) sides.push(await startMlserver(python.python, file));
    else console.log(`without MLServer: ${python.missing}`);
    for (const side of sides) console.log(`idle: ${side.name} ${Math.round(megabytes(side.pid))} MB`);
    broken.push(...(await compare(sides, file, rounds, seconds)));
    for (const side of sides.splice(0)) await side.stop();

    mkdirSync(join(folder, 'large'));
    writeFileSync(largeFile, denseModel(large.width, large.layers));
    sides.push(await startOurs(bundle, largeFile), await startOurs(bundle, largeFile, batch));
    broken.push(...(await compareBatching(sides, largeFile, rounds, seconds)));
    for (const side of sides.splice(0)) await side.stop();

    broken.push(...(await moveAliases(bundle)));
  } finally {
    for (const side of sides) await side.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

async function compare(sides: readonly Side[], file: string, rounds: number, seconds: number): Promise<string[]> {
  const data = Array.from({ length: small.width }, (_, i) => i / 7);
  const body = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, small.width], data }] };
  const measured: Measured[] = [];
  const alone: number[] = [];
  for (const connections of [1, 8, 64])
    for (let i = 0; i < rounds; i++) {
      if (connections === 1) alone.push(await inProcess(file, small.width, 2000));
      for (const side of sides)
        measured.push(await measure(side, post(side.inferUrl, body), { connections, seconds, name: 'small model' }));
    }
  for (const line of lines(measured)) console.log(line);
  const one = summary(measured, 'small model, 1 connection', 'ours');
  const above = (one?.p50 ?? Number.NaN) - median(alone);
  console.log(`onnxruntime in process: ${round(median(alone))} ms; ours over REST is ${round(above)} ms above it`);
  const slow = [8, 64].flatMap((connections) => {
    const scenario = `small model, ${connections} connections`;
    const [ours, theirs] = [summary(measured, scenario, 'ours'), summary(measured, scenario, 'MLServer')];
    if (!ours || !theirs) return [];
    const times = ours.rate / theirs.rate;
    console.log(
      `${scenario}: ${round(times)} times the rate, 1/${round(theirs.cpu / ours.cpu)} of the CPU of MLServer`,
    );
    return times < leastRate ? [`${scenario}: less than ${leastRate} times the rate`] : [];
  });
  return above <= mostAboveMs ? slow : [...slow, `more than ${mostAboveMs} ms above onnxruntime in process`];
}

async function compareBatching(
  sides: readonly Side[],
  file: string,
  rounds: number,
  seconds: number,
): Promise<string[]> {
  const alone = await inProcess(file, large.width, 50);
  console.log(`large model: ${round(alone)} ms at batch 1 in process`);
  const raw = Buffer.from(Float32Array.from({ length: large.width }, (_, i) => i / 1000).buffer);
  const measured: Measured[] = [];
  for (let i = 0; i < rounds; i++)
    for (const side of sides) {
      const request = postBinary(side.inferUrl, [1, large.width], raw);
      measured.push(await measure(side, request, { connections: 64, seconds, name: 'large model' }));
    }
  for (const line of lines(measured)) console.log(line);
  const [single, batched] = sides.map((side) => summary(measured, 'large model, 64 connections', side.name));
  const times = (batched?.rate ?? Number.NaN) / (single?.rate ?? Number.NaN);
  console.log(`batching: ${round(times)} times the rate`);
  return [
    ...(alone < 2 ? ['the large model takes less than 2 ms: make it larger'] : []),
    ...(times >= leastBatching ? [] : [`batching: less than ${leastBatching} times the rate`]),
  ];
}

async function moveAliases(bundle: string): Promise<string[]> {
  const seconds = (await aliasMoves(bundle, moves)).sort((a, b) => a - b);
  console.log(
    `${moves} alias moves: ${round(median(seconds))} s to the first answer of the new version (${seconds.map(round).join(', ')})`,
  );
  return Math.max(...seconds) < mostToNewVersion ? [] : [`an alias move took ${mostToNewVersion} s or more`];
}

/** Median in ms of a run by onnxruntime in this process, by the same engine as the server's. */
async function inProcess(file: string, width: number, calls: number): Promise<number> {
  const session = await new OnnxEngine({ threads: 1 }).load(file);
  const input = { name: 'x', datatype: 'FP32', shape: [1, width], data: new Float32Array(width).fill(0.5) } as const;
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await session.run([input], ['y']);
    times.push(performance.now() - start);
  }
  await session.close();
  return median(times);
}
