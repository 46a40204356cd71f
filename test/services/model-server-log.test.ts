import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { Registry } from 'prom-client';
import { ServiceError, UnavailableError } from '../../services/kit/errors';
import { FileObjectStore } from '../../services/kit/object-store-files';
import { S3ObjectStore } from '../../services/kit/object-store-s3';
import { FeedbackLog } from '../../services/model-server/inference-log/feedback';
import { InferenceLog, type InferenceLogProps } from '../../services/model-server/inference-log/inference-log';
import type { Observation } from '../../services/model-server/inference-log/observer';
import type { LoadedModel } from '../../services/model-server/models/repository';
import type { Datatype, Tensor, TensorData, TensorSpec } from '../../services/model-server/protocol/tensor';
import { temporaryFolder } from '../harness/folder';
import { eventually } from '../harness/processes';
import { findS3Server, s3Skipped, startS3 } from '../harness/s3';
import { readableLog } from './support/log-lines';
import { startModelServer } from './support/model-server';
import { offsetModel } from './support/onnx';

const spec = (name: string, shape: number[], datatype: Datatype = 'FP32'): TensorSpec => ({ name, datatype, shape });
const model = (inputs: TensorSpec[], outputs: TensorSpec[], version = '3'): LoadedModel => ({
  ...{ name: 'delay', version, platform: 'onnxruntime_onnx' },
  session: { inputs, outputs, run: async () => [], close: async () => {} },
});
const tensor = (name: string, shape: number[], data: TensorData, datatype: Datatype = 'FP32'): Tensor => ({
  ...{ name, datatype, shape, data },
});

/** 2026-03-01 23:59:59 UTC: the first row of a day's last second. */
const time = Date.UTC(2026, 2, 1, 23, 59, 59);

const observation = (about: LoadedModel, id: string, inputs: Tensor[], outputs: Tensor[], at = time): Observation => ({
  ...{ requestId: id, time: at, model: about, request: { inputs } },
  response: { modelName: about.name, modelVersion: about.version, outputs },
});

const simple = model([spec('x', [-1])], [spec('y', [-1])]);
const floats = (...values: number[]) => Float32Array.from(values);
const one = (id: string, value = 1) =>
  observation(simple, id, [tensor('x', [1], floats(value))], [tensor('y', [1], floats(-value))]);

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('log');
});

const files = () =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.parquet')).sort();
const bytesOf = (file: string) => {
  const bytes = readFileSync(join(folder, file));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
};
const rowsOf = (file: string) => parquetReadObjects({ file: bytesOf(file) });
const allRows = async () => (await Promise.all(files().map(rowsOf))).flat();

function open(more: Partial<InferenceLogProps> = {}) {
  const { log, lines } = readableLog('info');
  const register = new Registry();
  const store = more.store ?? new FileObjectStore(folder);
  const inferences = new InferenceLog({ sample: 1, register, log, flushMs: 1_000_000, ...more, store });
  const metric = async (name: string) => {
    const values = (await register.getSingleMetric(name)?.get())?.values ?? [];
    return Object.fromEntries(values.map(({ labels, value }) => [labels.reason ?? '', value]));
  };
  return { inferences, lines, metric };
}

/** A store that fails as long as `error` is set. */
class Moody {
  error: Error | undefined;
  tries = 0;
  private readonly store = new FileObjectStore(folder);

  put: FileObjectStore['put'] = async (key, body) => {
    this.tries++;
    if (this.error) throw this.error;
    await this.store.put(key, body);
  };
}

describe('the inference log', () => {
  test('has one row for each example of a batch, in files by model, version and day', async () => {
    const { inferences, metric } = open();
    const flights = model(
      [spec('carrier', [-1, 1], 'BYTES'), spec('hour', [-1], 'INT64'), spec('weather', [-1, 2, 2])],
      [spec('label', [-1], 'INT64'), spec('probabilities', [-1, 2])],
    );
    const inputs = (rows: number) => [
      tensor('carrier', [rows, 1], ['UA', 'ä'].slice(0, rows), 'BYTES'),
      tensor('hour', [rows], BigInt64Array.from([5n, 23n].slice(0, rows)), 'INT64'),
      tensor('weather', [rows, 2, 2], floats(1, 2, 3, 4, 5, 6, 7, Number.NaN).slice(0, rows * 4)),
    ];
    const label = tensor('label', [2], BigInt64Array.from([0n, 1n]), 'INT64');
    inferences.observe(
      observation(flights, 'a', inputs(2), [label, tensor('probabilities', [2, 2], floats(1, 0, 0.25, 0.75))]),
    );
    inferences.observe(
      observation(flights, 'b', inputs(1), [{ ...label, shape: [1], data: BigInt64Array.of(1n) }], time + 1000),
    );
    inferences.observe(observation({ ...flights, version: '4' }, 'c', inputs(1), []));
    await inferences.close();

    const names = files();
    expect(names.map((name) => name.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
      'objects/inferences/model=delay/version=3/date=2026-03-01/ID.parquet',
      'objects/inferences/model=delay/version=3/date=2026-03-02/ID.parquet',
      'objects/inferences/model=delay/version=4/date=2026-03-01/ID.parquet',
    ]);
    const common = { time: new Date(time), request_id: 'a', model_name: 'delay', model_version: '3' };
    const [first, second] = [names[0] as string, names[1] as string];
    expect(await rowsOf(first)).toEqual([
      {
        ...{ ...common, row: 0, input_carrier: 'UA', input_hour: 5n, input_weather: [1, 2, 3, 4] },
        ...{ output_label: 0n, output_probabilities: [1, 0] },
      },
      {
        ...{ ...common, row: 1, input_carrier: 'ä', input_hour: 23n, input_weather: [5, 6, 7, Number.NaN] },
        ...{ output_label: 1n, output_probabilities: [0.25, 0.75] },
      },
    ]);
    expect(await rowsOf(second)).toMatchObject([
      { request_id: 'b', row: 0, output_label: 1n, output_probabilities: undefined },
    ]);
    const { key_value_metadata } = parquetMetadata(bytesOf(first));
    expect(JSON.parse(key_value_metadata?.find(({ key }) => key === 'tensors')?.value ?? '')).toEqual([
      { column: 'input_carrier', datatype: 'BYTES', shape: [1] },
      { column: 'input_hour', datatype: 'INT64', shape: [] },
      { column: 'input_weather', datatype: 'FP32', shape: [2, 2] },
      { column: 'output_label', datatype: 'INT64', shape: [] },
      { column: 'output_probabilities', datatype: 'FP32', shape: [2] },
    ]);
    expect(await metric('inference_log_rows_written_total')).toEqual({ '': 4 });
  });

  test('keeps every datatype, with its extremes', async () => {
    const { inferences } = open();
    const values: Partial<Record<Datatype, [TensorData, unknown[]]>> = {
      BOOL: [Uint8Array.of(0, 1), [false, true]],
      UINT8: [Uint8Array.of(0, 255), [0, 255]],
      UINT16: [Uint16Array.of(0, 65_535), [0, 65_535]],
      UINT32: [Uint32Array.of(0, 4_294_967_295), [0, 4_294_967_295]],
      UINT64: [BigUint64Array.of(0n, 2n ** 64n - 1n), [0n, 2n ** 64n - 1n]],
      INT8: [Int8Array.of(-128, 127), [-128, 127]],
      INT16: [Int16Array.of(-32_768, 32_767), [-32_768, 32_767]],
      INT32: [Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [-(2 ** 31), 2 ** 31 - 1]],
      INT64: [BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [-(2n ** 63n), 2n ** 63n - 1n]],
      FP16: [Uint16Array.of(0x3c00, 0x7c00), [1, Number.POSITIVE_INFINITY]],
      FP32: [floats(1.5, Number.NaN), [1.5, Number.NaN]],
      FP64: [Float64Array.of(0.1, -0), [0.1, -0]],
      BYTES: [
        ['', 'ü'],
        ['', 'ü'],
      ],
    };
    for (const [datatype, [data]] of Object.entries(values) as [Datatype, [TensorData, unknown[]]][]) {
      const about = { ...model([spec('x', [-1], datatype)], [spec('all', [-1, 2], datatype)]), name: datatype };
      inferences.observe(
        observation(
          about,
          'id',
          [tensor('x', [2], data, datatype)],
          [{ ...tensor('all', [2, 2], data, datatype), data: double(data) }],
        ),
      );
    }
    await inferences.close();
    const rows = await allRows();
    for (const [datatype, [, expected]] of Object.entries(values)) {
      const mine = rows.filter(({ model_name }) => model_name === datatype);
      expect([datatype, mine.map(({ input_x }) => input_x)]).toEqual([datatype, expected]);
      expect(mine.map(({ output_all }) => output_all)).toEqual([expected, expected]);
    }
    expect(rows).toHaveLength(2 * Object.keys(values).length);
  });

  test('has one row for a request whose tensors have no common first dimension', async () => {
    const { inferences } = open();
    const boxes = model([spec('image', [-1, 2])], [spec('boxes', [-1, 2])]);
    const ask = (id: string, found: number) =>
      inferences.observe(
        observation(
          boxes,
          id,
          [tensor('image', [1, 2], floats(1, 2))],
          [tensor('boxes', [found, 2], floats(...Array.from({ length: 2 * found }, (_, i) => i)))],
        ),
      );
    ask('a', 3);
    ask('b', 1);
    const fixed = { ...model([spec('scale', []), spec('x', [2])], [spec('y', [2])]), name: 'fixed' };
    const [scale, x] = [tensor('scale', [], floats(7)), tensor('x', [2], floats(1, 2))];
    inferences.observe(observation(fixed, 'c', [scale, x], [tensor('y', [2], floats(7, 14))]));
    await inferences.close();
    expect((await allRows()).map(({ time, model_name, model_version, ...row }) => row)).toEqual([
      { request_id: 'a', row: 0, input_image: [1, 2], output_boxes: [0, 1, 2, 3, 4, 5] },
      { request_id: 'b', row: 0, input_image: [1, 2], output_boxes: [0, 1] },
      { request_id: 'c', row: 0, input_scale: [7], input_x: [1, 2], output_y: [7, 14] },
    ]);
  });

  test('has all elements of an output whose rank the model does not say', async () => {
    const { inferences } = open();
    const unknown = model([spec('x', [-1])], [spec('y', [])]);
    const y = (...values: number[]) => tensor('y', [values.length], floats(...values));
    inferences.observe(observation(unknown, 'a', [tensor('x', [3], floats(1, 2, 3))], [y(4, 5, 6)]));
    inferences.observe(observation(unknown, 'b', [tensor('x', [1], floats(1))], [tensor('y', [], floats(7))]));
    await inferences.close();
    expect((await allRows()).map(({ request_id, output_y }) => [request_id, output_y])).toEqual([
      ['a', [4, 5, 6]],
      ['b', [7]],
    ]);
  });

  test('is written by time and by size, and every row is there once', async () => {
    const { inferences } = open({ flushMs: 20 });
    inferences.observe(one('first'));
    await eventually(async () => expect(await allRows()).toHaveLength(1));
    const bySize = open({ flushBytes: 100_000 });
    for (let i = 0; i < 3000; i++) {
      bySize.inferences.observe(one(`r${i}`, i));
      if (i % 100 === 0) await new Promise((later) => setImmediate(later));
    }
    await eventually(async () => expect(files().length).toBeGreaterThan(2));
    await Promise.all([inferences.close(), bySize.inferences.close()]);
    const ids = (await allRows()).map(({ request_id }) => request_id as string);
    expect(ids.sort()).toEqual(['first', ...Array.from({ length: 3000 }, (_, i) => `r${i}`)].sort());
  });

  test('takes the share of the requests that it is told', async () => {
    for (const [sample, least, most] of [
      [0, 0, 0],
      [0.25, 150, 350], // of 1000; seven standard deviations on each side
      [1, 1000, 1000],
    ] as const) {
      const { inferences, metric } = open({ sample });
      for (let i = 0; i < 1000; i++) inferences.observe(one(`${i}`));
      await inferences.close();
      const { '': rows = 0 } = await metric('inference_log_rows_written_total');
      expect([sample, rows >= least && rows <= most]).toEqual([sample, true]);
    }
  });

  test('holds what it can while the store is away, counts what it loses, and goes on', async () => {
    const store = new Moody();
    store.error = new UnavailableError('the bucket is away');
    const { inferences, metric, lines } = open({ store, retryMs: 5, flushMs: 10, maxBytes: 60_000 });
    for (let i = 0; i < 50; i++) inferences.observe(one(`r${i}`));
    await eventually(async () => expect(store.tries).toBeGreaterThan(2));
    for (let i = 50; i < 500; i++) inferences.observe(one(`r${i}`));
    const { '': held } = (await metric('inference_log_buffer_bytes')) as { '': number };
    expect(held > 0 && held <= 60_000).toBe(true);
    const { buffer_full: lost } = (await metric('inference_log_requests_lost_total')) as { buffer_full: number };
    expect(lost).toBeGreaterThan(300);
    store.error = undefined;
    await eventually(async () => expect(await allRows()).toHaveLength(500 - lost));
    inferences.observe(one('after'));
    await inferences.close();
    const rows = await allRows();
    expect(rows.map(({ request_id }) => request_id)).toContain('after');
    expect(await metric('inference_log_rows_written_total')).toEqual({ '': 501 - lost });
    expect(await metric('inference_log_buffer_bytes')).toEqual({ '': 0 });
    const said = lines.map((line) => JSON.parse(line).msg);
    expect(said).toEqual([
      'the inference log cannot be written, it is kept in memory as far as it fits',
      'the inference log is written again',
    ]);
  });

  test('closes in time when the store is away or does not answer, and counts what is lost', async () => {
    const away = new Moody();
    away.error = new UnavailableError('away');
    const hanging = { put: () => new Promise<void>(() => {}) };
    for (const store of [away, hanging]) {
      const { inferences, metric } = open({ store, retryMs: 1_000_000 });
      inferences.observe(one('a'));
      void inferences.flush();
      await new Promise((later) => setTimeout(later, 20));
      inferences.observe(one('b'));
      await inferences.close(300);
      expect((await metric('inference_log_requests_lost_total')).closed).toBe(2);
      inferences.observe(one('late'));
      expect((await metric('inference_log_requests_lost_total')).closed).toBe(3);
    }
  });

  test('a file that the store refuses does not hold up the others, and nothing makes the observer throw', async () => {
    const store = new Moody();
    const { inferences, metric } = open({ store });
    store.error = new ServiceError(400, 'INVALID', 'Invalid path');
    inferences.observe(one('refused'));
    await inferences.flush();
    store.error = undefined;
    inferences.observe({ ...one('broken'), time: Number.NaN });
    inferences.observe(one('kept'));
    await inferences.close();
    expect((await allRows()).map(({ request_id }) => request_id)).toEqual(['kept']);
    expect(await metric('inference_log_requests_lost_total')).toEqual({ refused: 1, failed: 1 });
  });

  test('does not keep the large message that a small tensor lay in', async () => {
    const { inferences, metric } = open();
    const message = new ArrayBuffer(10_000_000);
    for (let i = 0; i < 10; i++)
      inferences.observe(observation(simple, `${i}`, [tensor('x', [1], new Float32Array(message, 0, 1))], []));
    expect((await metric('inference_log_buffer_bytes'))['']).toBeLessThan(10_000);
    await inferences.close();
  });

  (findS3Server() ? test : test.skip)(`goes into a real bucket${findS3Server() ? '' : ` (${s3Skipped})`}`, async () => {
    const s3 = await startS3({ prefix: 'log' });
    const store = new S3ObjectStore(s3.config);
    try {
      const { inferences, metric } = open({ store });
      inferences.observe({ ...one('a'), model: { ...simple, name: 'name with spaces/ü' } });
      await inferences.close(20_000);
      expect(await metric('inference_log_rows_written_total')).toEqual({ '': 1 });
      const [name] = (readdirSync(s3.directory, { recursive: true }) as string[]).filter((n) => n.endsWith('.parquet'));
      expect(name).toMatch(/^log\/inferences\/model=name%20with%20spaces%2F%C3%BC\/version=3\/date=2026-03-01\//);
    } finally {
      store.close();
      await s3.stop();
    }
  });
});

describe('feedback', () => {
  const truth = { requestId: 'a', row: 0, name: 'truth', value: 1 as number | boolean | string, time };

  test('is joined with the answers by request id and row', async () => {
    const { inferences } = open();
    const feedback = new FeedbackLog({ store: new FileObjectStore(folder), windowMs: 1 });
    const batch = observation(simple, 'a', [tensor('x', [3], floats(1, 2, 3))], [tensor('y', [3], floats(0, 1, 1))]);
    inferences.observe(batch);
    inferences.observe(one('b'));
    await feedback.add('delay', [
      { ...truth, row: 2, value: true },
      { ...truth, row: 1, value: 0.5 },
      { ...truth, name: 'reason', value: 'weather' },
    ]);
    await Promise.all([inferences.close(), feedback.close()]);
    const [truths, answers] = await Promise.all(
      ['feedback', 'inferences'].map(async (kind) =>
        (
          await Promise.all(
            files()
              .filter((name) => name.includes(`objects/${kind}/`))
              .map(rowsOf),
          )
        ).flat(),
      ),
    );
    const joined = truths?.map(({ request_id, row, name, truth, truth_text }) => {
      const answer = answers?.find((one) => one.request_id === request_id && one.row === row);
      return [answer?.input_x, answer?.output_y, name, truth, truth_text];
    });
    expect(joined).toEqual([
      [3, 1, 'truth', 1, null],
      [2, 1, 'truth', 0.5, null],
      [1, 0, 'reason', null, 'weather'],
    ]);
    expect(truths?.[0]).toMatchObject({ time: new Date(time), model_name: 'delay' });
  });

  test('closes in time when the store does not answer', async () => {
    const feedback = new FeedbackLog({ store: { put: () => new Promise<void>(() => {}) } });
    void feedback.add('delay', [truth]);
    await feedback.close(50);
  }, 2000);

  test('that comes at the same time goes into one file, and is answered when it lies there', async () => {
    const store = new Moody();
    const feedback = new FeedbackLog({ store, windowMs: 50 });
    await Promise.all(Array.from({ length: 20 }, (_, row) => feedback.add('delay', [{ ...truth, row }])));
    expect([store.tries, (await allRows()).length]).toEqual([1, 20]);
    store.error = new UnavailableError('the bucket is away');
    await expect(feedback.add('delay', [truth])).rejects.toMatchObject({ status: 503, message: 'the bucket is away' });
    store.error = new Error('no ServiceError');
    await expect(feedback.add('delay', [truth])).rejects.toMatchObject({ status: 503 });
    const many = Array.from({ length: 60_000 }, () => truth);
    store.error = undefined;
    const waits = feedback.add('delay', many);
    await expect(feedback.add('delay', many)).rejects.toMatchObject({ status: 429, retryAfter: 1 });
    await waits;
    const last = feedback.add('delay', [truth]);
    await feedback.close();
    await last;
    expect(await allRows()).toHaveLength(20 + 60_000 + 1);
  });
});

describe('a server that writes down what it answers', () => {
  test('takes feedback for the id that it has answered with', async () => {
    const { inferences } = open();
    const feedback = new FeedbackLog({ store: new FileObjectStore(folder), windowMs: 1 });
    const server = await startModelServer(offsetModel(10), { observe: inferences.observe, feedback });
    try {
      const request = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [5, 6] }] };
      const made = await server.infer(request);
      const named = await server.send('POST', '/v2/models/m/infer', {
        ...{ body: JSON.stringify(request), headers: { 'x-request-id': 'of the gateway' } },
      });
      const own = await server.infer({ ...request, id: 'own' });
      expect([named.json.id, own.json.id]).toEqual(['of the gateway', 'own']);
      const given = (body: unknown) => server.post('/v2/models/m/feedback', body);
      const sent = await given({
        feedback: [
          { id: made.json.id, truth: 15 },
          { id: 'own', truth: 'late', name: 'kind', time: '2026-03-01T00:00:00Z' },
        ],
      });
      expect([sent.status, sent.body]).toEqual([204, '']);
      for (const [body, status, error] of [
        ['no', 400, 'the body is no JSON, expected {"feedback": [{"id": "…", "row": 0, "truth": 1}]}'],
        [{ feedback: [{ id: 'a' }] }, 400, '✖ Invalid input → at feedback[0].truth'],
        [
          { feedback: [{ id: 'a', truth: 1, row: -1 }] },
          400,
          '✖ Too small: expected number to be >=0 → at feedback[0].row',
        ],
      ] as const) {
        const answer = await given(body);
        expect([answer.status, answer.json]).toEqual([status, { error }]);
      }
      const unknown = await server.post('/v2/models/other/feedback', { feedback: [{ id: 'a', truth: 1 }] });
      expect([unknown.status, unknown.json]).toEqual([404, { error: "there is no model 'other' here" }]);
      await inferences.close();
      const rows = await allRows();
      const of = (id: string) => rows.filter(({ request_id }) => request_id === id);
      expect(of(made.json.id).map(({ truth, input_x, output_y }) => [truth, input_x, output_y])).toEqual([
        [15, undefined, undefined],
        [undefined, [5, 6], [15, 16]],
      ]);
      expect(of('own')[0]).toMatchObject({ name: 'kind', truth_text: 'late', time: new Date('2026-03-01') });
      expect(of('of the gateway')).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

function double(data: TensorData): TensorData {
  if (Array.isArray(data)) return [...data, ...data];
  const numbers = data as Float32Array;
  const twice = new (numbers.constructor as Float32ArrayConstructor)(numbers.length * 2);
  twice.set(numbers);
  twice.set(numbers, numbers.length);
  return twice;
}
