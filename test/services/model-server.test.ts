import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fromHalf, toHalf } from '../../services/model-server/protocol/fp16';
import { type Datatype, datatypes, type TensorData } from '../../services/model-server/protocol/tensor';
import { startModelServer, type TestModelServer } from './support/model-server';
import { identityModel, offsetModel, onnxFile } from './support/onnx';

/** The extremes of each datatype, and what JSON or a cast might lose. */
const values: Record<Datatype, readonly (number | bigint | string | boolean)[]> = {
  BOOL: [true, false],
  UINT8: [0, 255],
  UINT16: [0, 65535],
  UINT32: [0, 4294967295],
  UINT64: [0n, 18446744073709551615n],
  INT8: [-128, 127],
  INT16: [-32768, 32767],
  INT32: [-2147483648, 2147483647],
  INT64: [-9223372036854775808n, 9007199254740993n],
  FP16: [65504, -(2 ** -24)],
  FP32: [0.10000000149011612, -3.4028234663852886e38],
  FP64: [0.1, 5e-324],
  BYTES: ['Zürich "\\', ''],
};

const jsonOf = (list: readonly unknown[]) =>
  `[${list.map((value) => (typeof value === 'bigint' ? value.toString() : JSON.stringify(value))).join()}]`;

const rawOf = (datatype: Datatype): Buffer => {
  const list = values[datatype];
  if (datatype === 'BYTES')
    return Buffer.concat(
      list.map((text) => {
        const bytes = Buffer.from(String(text));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return Buffer.concat([length, bytes]);
      }),
    );
  const arrays: Record<Exclude<Datatype, 'BYTES'>, () => Exclude<TensorData, readonly string[]>> = {
    BOOL: () => Uint8Array.from(list, Number),
    UINT8: () => Uint8Array.from(list as number[]),
    UINT16: () => Uint16Array.from(list as number[]),
    UINT32: () => Uint32Array.from(list as number[]),
    UINT64: () => BigUint64Array.from(list as bigint[]),
    INT8: () => Int8Array.from(list as number[]),
    INT16: () => Int16Array.from(list as number[]),
    INT32: () => Int32Array.from(list as number[]),
    INT64: () => BigInt64Array.from(list as bigint[]),
    FP16: () => Uint16Array.from([0x7bff, 0x8001]),
    FP32: () => Float32Array.from(list as number[]),
    FP64: () => Float64Array.from(list as number[]),
  };
  const { buffer, byteOffset, byteLength } = arrays[datatype]();
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
};

describe('a model with every datatype', () => {
  let server: TestModelServer;
  beforeAll(async () => {
    server = await startModelServer(identityModel(datatypes));
  });
  afterAll(() => server.stop());

  const others = (but: Datatype) =>
    datatypes
      .filter((datatype) => datatype !== but)
      .map((datatype) => `{"name":"in_${datatype}","datatype":"${datatype}","shape":[0,2],"data":[]}`);

  test.each(datatypes)('gives %s back as it was, as JSON', async (datatype) => {
    const data = jsonOf(values[datatype]);
    const input = `{"name":"in_${datatype}","datatype":"${datatype}","shape":[1,2],"data":${data}}`;
    const body = `{"id":"a","inputs":[${[input, ...others(datatype)]}],"outputs":[{"name":"out_${datatype}"}]}`;
    expect((await server.infer(body)).body).toBe(
      `{"model_name":"m","model_version":"1","id":"a","outputs":[{"name":"out_${datatype}","datatype":"${datatype}","shape":[1,2],"data":${data}}]}`,
    );
  });

  test.each(datatypes)('gives %s back as it was, as bytes', async (datatype) => {
    const raw = rawOf(datatype);
    const input = {
      ...{ name: `in_${datatype}`, datatype, shape: [1, 2], parameters: { binary_data_size: raw.length } },
    };
    const empty = others(datatype).map((text) => JSON.parse(text));
    const response = await server.inferBinary(
      { id: 'é', inputs: [...empty, input], outputs: [{ name: `out_${datatype}`, parameters: { binary_data: true } }] },
      raw,
    );
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const length = Number(response.headers.get('inference-header-content-length'));
    const body = Buffer.from(await response.arrayBuffer());
    expect(JSON.parse(body.subarray(0, length).toString())).toEqual({
      ...{ model_name: 'm', model_version: '1', id: 'é' },
      outputs: [
        { name: `out_${datatype}`, datatype, shape: [1, 2], parameters: { binary_data_size: body.length - length } },
      ],
    });
    expect(body.subarray(length)).toEqual(raw);
  });

  test('answers all outputs, in the order of the model, where none is chosen', async () => {
    const { json } = await server.infer(
      `{"inputs":[${others('BYTES')},{"name":"in_BYTES","datatype":"BYTES","shape":[0,2],"data":[]}]}`,
    );
    expect(json.outputs.map(({ name }: { name: string }) => name)).toEqual(datatypes.map((d) => `out_${d}`));
  });

  test.each([
    ['BOOL', '[true, 2]', '2 as element 1'],
    ['UINT8', '[256, 0]', '256 as element 0'],
    ['INT32', '[1.5, 0]', '1.5 as element 0'],
    ['INT64', '[0, 9223372036854775808]', '"9223372036854775808" as element 1'],
    ['INT64', '[0, "7"]', '"7" as element 1'],
    ['UINT64', '[0, -1]', '-1 as element 1'],
    ['FP32', '[1, "x"]', '"x" as element 1'],
    ['FP16', '[1, {}]', '{} as element 1'],
    ['BYTES', '["a", 1]', '1 as element 1'],
  ] as const)('names the element that is no %s: %s', async (datatype, data, got) => {
    const input = `{"name":"in_${datatype}","datatype":"${datatype}","shape":[1,2],"data":${data}}`;
    const { status, body } = await server.infer(`{"inputs":[${[input, ...others(datatype)]}]}`);
    expect([status, body]).toEqual([
      400,
      JSON.stringify({ error: `input 'in_${datatype}' expected ${datatype}, got ${got}` }),
    ]);
  });
});

test('every half is read and written as itself, and numbers between two become the nearest', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
  }
  expect(Number.isNaN(fromHalf(toHalf(Number.NaN)))).toBe(true);
  // Between 1 and the next half, 1 + 2^-10: the middle goes to the even one.
  expect([1 + 2 ** -11, 1 + 2 ** -11 + 2 ** -30, 1 + 3 * 2 ** -11].map(toHalf)).toEqual([0x3c00, 0x3c01, 0x3c02]);
  expect([65519.9, 65520, 2 ** -25, 2 ** -25 + 2 ** -40].map(toHalf)).toEqual([0x7bff, 0x7c00, 0, 1]);
});

describe('a model of two columns', () => {
  let server: TestModelServer;
  beforeAll(async () => {
    server = await startModelServer(offsetModel(1));
  });
  afterAll(() => server.stop());

  const x = (shape: readonly number[], data: unknown) => ({
    inputs: [{ name: 'x', datatype: 'FP32', shape, data }],
  });
  const problem = async (body: unknown) => {
    const { status, json } = await server.infer(body);
    return [status, json.error];
  };

  test('takes nested data, answers with the version in field and header, and an id of its own', async () => {
    const { status, headers, json } = await server.infer(
      x(
        [2, 2],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    );
    expect([status, headers.get('inference-model-version')]).toEqual([200, '1']);
    expect(json).toEqual({
      ...{ model_name: 'm', model_version: '1', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 2], data: [2, 3, 4, 5] }],
    });
  });

  test('the body of curl is read, whatever it says it is', async () => {
    const { json } = await server.send('POST', '/v2/models/m/versions/1/infer', {
      body: JSON.stringify(x([1, 2], [1, 2])),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(json.outputs[0].data).toEqual([2, 3]);
  });

  test('NaN and Infinity of Python come in; NaN goes out as null, and infinite numbers and -0 as themselves', async () => {
    const { body } = await server.infer(
      '{"id":"NaN","inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[NaN,Infinity,-Infinity,-1]}]}',
    );
    expect(body).toContain(
      '"id":"NaN","outputs":[{"name":"y","datatype":"FP32","shape":[2,2],"data":[null,1e999,-1e999,0]}]',
    );
  });

  test('a request that does not fit is refused with each problem: the tensor, what was expected, what came', async () => {
    expect(await problem({ inputs: [] })).toEqual([
      400,
      "model 'm' version 1: input 'x' is missing, expected FP32 with shape [-1,2]",
    ]);
    expect(await problem(x([1, 3], [1, 2, 3]))).toEqual([
      400,
      "model 'm' version 1: input 'x' expected FP32 with shape [-1,2], got FP32 with shape [1,3]",
    ]);
    expect(await problem({ inputs: [{ name: 'x', datatype: 'INT64', shape: [1, 2], data: [1, 2] }] })).toEqual([
      400,
      "model 'm' version 1: input 'x' expected FP32 with shape [-1,2], got INT64 with shape [1,2]",
    ]);
    expect(await problem(x([2, 2], [1, 2, 3]))).toEqual([
      400,
      "model 'm' version 1: input 'x' has shape [2,2], which is 4 elements, got 3",
    ]);
    expect(await problem(x([2, 2], [[1, 2], [3]]))).toEqual([
      400,
      "input 'x' has shape [2,2], its nested data has another at dimension 1",
    ]);
    const [input] = x([1, 2], [1, 2]).inputs;
    expect(
      await problem({
        inputs: [input, input, { ...input, name: 'z' }],
        outputs: [{ name: 'w' }, { name: 'y' }, { name: 'y' }],
      }),
    ).toEqual([
      400,
      "model 'm' version 1: input 'x' is there 2 times; input 'z' is not one of the model's, which are 'x'; output 'w' is not one of the model's, which are 'y'; output 'y' is asked for more than once",
    ]);
  });

  test('what is no request is refused in words', async () => {
    expect(await problem('{"inputs":')).toEqual([400, 'the request is not JSON: Unexpected end of JSON input']);
    expect(await problem('{"inputs":[{"name":"x","datatype":"FLOAT","shape":[1,"2"]}]}')).toEqual([
      400,
      expect.stringMatching(
        /^inputs\[0\]\.datatype: Invalid option: .*; inputs\[0\]\.shape\[1\]: Invalid input: expected number/,
      ),
    ]);
    expect(await problem(x([1, 2], 'abc'))).toEqual([400, "input 'x' expected data as an array, got string"]);
    const shared = { ...x([1, 2], undefined).inputs[0], parameters: { shared_memory_region: 'r' } };
    expect(await problem({ inputs: [shared] })).toEqual([
      400,
      "input 'x' lies in shared memory, which this server does not have; send its data",
    ]);
    const binary = async (size: number, raw: Buffer) => {
      const input = { name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: size } };
      return ((await (await server.inferBinary({ inputs: [input] }, raw)).json()) as { error: string }).error;
    };
    expect(await binary(8, Buffer.alloc(4))).toBe("input 'x' has binary_data_size 8, there are 4 bytes left for it");
    expect(await binary(8, Buffer.alloc(9))).toBe('1 bytes of the request belong to no input');
    expect(await binary(7, Buffer.alloc(7))).toBe("input 'x' has 7 bytes, which is no multiple of 4, the size of FP32");
    const { status, json } = await server.send('POST', '/v2/models/m/infer', {
      body: 'x'.repeat(1024 * 1024 + 1),
    });
    expect([status, json.error]).toEqual([413, 'the request has more than 1048576 bytes']);
  });

  test('says what it is and what it has', async () => {
    const [server_, model, ready, config, index] = await Promise.all([
      server.get('/v2'),
      server.get('/v2/models/m/versions/1'),
      server.get('/v2/models/m/ready'),
      server.get('/v2/models/m/config'),
      server.post('/v2/repository/index', { ready: true }),
    ]);
    expect(server_.json).toEqual({
      name: 'mlops-model-server',
      version: JSON.parse(readFileSync('services/package.json', 'utf8')).version,
      extensions: ['binary_tensor_data', 'model_repository', 'model_configuration'],
    });
    expect(model.json).toEqual({
      ...{ name: 'm', versions: ['1'], platform: 'onnxruntime_onnx' },
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    });
    expect(ready.json).toEqual({ name: 'm', ready: true });
    expect(config.json.input).toEqual([{ name: 'x', data_type: 'TYPE_FP32', dims: [-1, 2] }]);
    expect(index.json).toEqual([{ name: 'm', version: '1', state: 'READY', reason: '' }]);
    for (const path of ['/v2/health/live', '/v2/health/ready', '/livez', '/readyz'])
      expect((await server.get(path)).status).toBe(200);
  });

  test('an unknown model or version is not found', async () => {
    for (const path of ['/v2/models/n', '/v2/models/m/versions/2/ready'])
      expect((await server.get(path)).status).toBe(404);
    const { status, json } = await server.post('/v2/models/n/infer', x([1, 2], [1, 2]));
    expect([status, json]).toEqual([404, { error: "no model 'n', this server has 'm'" }]);
  });

  test('a model that is unloaded is not ready, and serves again once it is loaded', async () => {
    expect(
      (await server.post('/v2/repository/models/m/unload', { parameters: { unload_dependents: false } })).status,
    ).toBe(200);
    expect((await server.get('/v2/health/ready')).status).toBe(503);
    expect(await problem(x([1, 2], [1, 2]))).toEqual([503, "model 'm' is not loaded; load it by the repository API"]);
    expect((await server.post('/v2/repository/models/m/load', { parameters: { config: '{}' } })).status).toBe(400);
    expect((await server.post('/v2/repository/models/m/load')).status).toBe(200);
    expect((await server.infer(x([1, 2], [1, 2]))).status).toBe(200);
  });

  test('tells Prometheus the latency, the rows of a run, errors and the queue, by model and version', async () => {
    await server.infer(x([1, 2], [1, 2]));
    const { body } = await server.get('/metrics');
    for (const line of [
      /^model_inference_duration_seconds_count\{model="m",version="1"\} [1-9]/m,
      /^model_batch_rows_count\{model="m",version="1"\} [1-9]/m,
      /^model_inference_errors_total\{model="m",version="1",status="400"\} [1-9]/m,
      /^model_queue_length\{model="m"\} 0$/m,
    ])
      expect(body).toMatch(line);
  });
});

test('an input that the model itself fails on is the client’s fault, in the words of onnxruntime', async () => {
  const server = await startModelServer(
    onnxFile({
      inputs: [
        { name: 'table', datatype: 'FP32', shape: ['n'] },
        { name: 'row', datatype: 'INT64', shape: [1] },
      ],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1] }],
      nodes: [{ op: 'Gather', inputs: ['table', 'row'], outputs: ['y'] }],
    }),
  );
  const { status, json } = await server.infer({
    inputs: [
      { name: 'table', datatype: 'FP32', shape: [2], data: [1, 2] },
      { name: 'row', datatype: 'INT64', shape: [1], data: [7] },
    ],
  });
  expect([status, json.error]).toEqual([
    400,
    expect.stringMatching(/^model 'm' version 1 cannot run on this input: .*7/),
  ]);
  await server.stop();
});

test('onnxruntime is told not to report to its makers before its native part is loaded', () => {
  const program = `
    const load = process.dlopen;
    process.dlopen = (...args) => {
      if (/onnxruntime/.test(args[1])) console.log('telemetry off: ' + process.env.ORT_DISABLE_TELEMETRY);
      return load.apply(process, args);
    };
    require(${JSON.stringify(resolve(__dirname, '../../services/model-server/engine/onnx.ts'))});`;
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const out = execFileSync(process.execPath, ['--import', 'tsx', '-e', program], { encoding: 'utf8', env });
  expect(out).toBe('telemetry off: 1\n');
});
