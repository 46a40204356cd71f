import {
  type ServiceError as CallError,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { Registry } from 'prom-client';
import { ServiceError } from '../../services/kit/errors';
import { inferencePackage } from '../../services/model-server/grpc/messages';
import { type GrpcDeps, GrpcServer } from '../../services/model-server/grpc/server';
import type { ModelRepository, ModelState } from '../../services/model-server/models/repository';
import type { Caller, InferRequest, InferResponse } from '../../services/model-server/protocol/inference';
import { serverMetadata } from '../../services/model-server/protocol/metadata';
import { datatypes, type TensorSpec } from '../../services/model-server/protocol/tensor';
import { RequestBytes } from '../../services/model-server/serving/request-bytes';
import { eventually } from '../harness/processes';
import { readableLog } from './support/log-lines';

/** One model that gives back what it is given; what it was asked stands in `asked`. */
class Echo {
  state: ModelState = 'READY';
  readonly asked: { request: InferRequest; caller: Caller | undefined }[] = [];
  answer = async (name: string, request: InferRequest): Promise<InferResponse> => ({
    ...{ id: request.id ?? 'made', modelName: name, modelVersion: '3', outputs: request.inputs },
  });

  readonly inference = {
    infer: (name: string, version: string | undefined, request: InferRequest, caller?: Caller) => {
      this.find(name, version);
      this.asked.push({ request, caller });
      return this.answer(name, request);
    },
  };

  readonly models: ModelRepository = {
    acquire: (name, version) => this.find(name, version),
    index: () => [{ name: 'echo', version: '3', state: this.state, reason: this.state === 'READY' ? '' : 'unloaded' }],
    load: async (name) => {
      this.find(name, undefined, true);
      this.state = 'READY';
    },
    unload: async (name) => {
      this.find(name);
      this.state = 'UNAVAILABLE';
    },
    check: async () => {
      if (this.state !== 'READY') throw new Error('echo is unloaded');
    },
    close: async () => {},
  };

  private find(name: string, version?: string, anyState = false) {
    if (name !== 'echo' || (version ?? '3') !== '3') throw new ServiceError(404, 'NOT_FOUND', `no model '${name}'`);
    if (!anyState && this.state !== 'READY') throw new ServiceError(503, 'UNAVAILABLE', 'echo is unloaded', 2);
    const inputs: TensorSpec[] = [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }];
    const session = { inputs, outputs: inputs, run: async () => [], close: async () => {} };
    return { model: { name, version: '3', platform: 'echo', session }, release: () => {} };
  }
}

type Calls = Client & Record<string, (request: unknown, metadata: Metadata, options: object, done: Done) => void>;
type Done = (error: CallError | null, response: never) => void;
type Constructor = new (address: string, credentials: unknown) => Calls;

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

async function start(more: Partial<GrpcDeps> = {}) {
  const echo = new Echo();
  const { log, lines } = readableLog();
  const grpc = new GrpcServer({
    inference: echo.inference,
    models: echo.models,
    ready: () => echo.models.check(),
    requestBytes: new RequestBytes({ most: 2 ** 20, small: 2 ** 15, register: new Registry() }),
    log,
    maxRequestMib: 1,
    ...more,
  });
  const port = await grpc.listen(0);
  const connect = (definition: object, ...path: string[]) => {
    const found = path.reduce<object>(
      (at, name) => (at as Record<string, object>)[name] ?? {},
      loadPackageDefinition(definition as never),
    );
    const client = new (found as unknown as Constructor)(`127.0.0.1:${port}`, credentials.createInsecure());
    running.push(() => client.close());
    return client;
  };
  running.push(() => grpc.close(0));
  const client = connect(inferencePackage, 'inference', 'GRPCInferenceService');
  const call = (method: string, request: object = {}, metadata: Record<string, string> = {}, options: object = {}) =>
    // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
    new Promise<any>((answered, failed) => {
      const sent = new Metadata();
      for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
      client[method]?.(request, sent, options, (error, response) => (error ? failed(error) : answered(response)));
    });
  const refused = async (code: status, method: string, request: object, metadata = {}, options = {}) => {
    const error = await call(method, request, metadata, options).then(
      () => undefined,
      (thrown: CallError) => thrown,
    );
    expect([error?.code, error?.details]).toEqual([code, error?.details]);
    return error as CallError;
  };
  return { echo, grpc, call, refused, connect, lines };
}

const tensor = (datatype: string, shape: number[], contents?: object) => ({ name: 'x', datatype, shape, contents });
const infer = (...inputs: object[]) => ({ modelName: 'echo', inputs });

describe('inference over gRPC', () => {
  const typed: Record<string, [string, unknown[]]> = {
    BOOL: ['boolContents', [true, false]],
    UINT8: ['uintContents', [0, 255]],
    UINT16: ['uintContents', [0, 65_535]],
    UINT32: ['uintContents', [0, 4_294_967_295]],
    UINT64: ['uint64Contents', ['0', '18446744073709551615']],
    INT8: ['intContents', [-128, 127]],
    INT16: ['intContents', [-32_768, 32_767]],
    INT32: ['intContents', [-2_147_483_648, 2_147_483_647]],
    INT64: ['int64Contents', ['-9223372036854775808', '9223372036854775807']],
    FP32: ['fp32Contents', [1.5, Number.NEGATIVE_INFINITY]],
    FP64: ['fp64Contents', [0.1, Number.NaN]],
    BYTES: ['bytesContents', [Buffer.from(''), Buffer.from('ä')]],
  };
  const raw: Record<string, string> = {
    ...{ BOOL: '0100', UINT8: '00ff', INT8: '80ff', UINT16: '0000ffff', INT16: '00800100', FP16: '003c00fc' },
    ...{ UINT32: '00000000ffffffff', INT32: '0000008001000000', FP32: '0000c03f000080ff' },
    ...{ UINT64: `${'00'.repeat(8)}${'ff'.repeat(8)}`, INT64: `${'00'.repeat(7)}80${'01'.repeat(8)}` },
    ...{ FP64: `9a9999999999b93f${'00'.repeat(8)}`, BYTES: '0000000002000000c3a4' },
  };

  test('every datatype comes back as it was sent, in typed contents and raw', async () => {
    const { call } = await start();
    expect(Object.keys(raw).sort()).toEqual([...datatypes].sort());
    for (const datatype of datatypes) {
      const bytes = Buffer.from(raw[datatype] as string, 'hex');
      const back = await call('ModelInfer', { ...infer(tensor(datatype, [2, 1])), rawInputContents: [bytes] });
      expect([datatype, back.rawOutputContents]).toEqual([datatype, [bytes]]);
      expect(back.outputs).toEqual([{ name: 'x', datatype, shape: ['2', '1'], parameters: {}, contents: null }]);
      if (datatype === 'FP16') continue;
      const [field, values] = typed[datatype] as [string, unknown[]];
      const { outputs, rawOutputContents } = await call(
        'ModelInfer',
        infer(tensor(datatype, [2], { [field]: values })),
      );
      expect([datatype, outputs[0].contents[field], rawOutputContents]).toEqual([datatype, values, []]);
    }
  });

  test('the model sees names, parameters, wanted outputs, the id and the deadline; the version that answered is named', async () => {
    const { call, echo } = await start();
    const answer = await call(
      'ModelInfer',
      {
        ...infer(tensor('FP32', [1], { fp32Contents: [1] }), { ...tensor('INT64', [0]), name: 'none' }),
        ...{ id: 'mine', modelVersion: '3', outputs: [{ name: 'y' }] },
        parameters: {
          a: { int64Param: '7' },
          b: { boolParam: false },
          c: { stringParam: 's' },
          d: { doubleParam: 0.5 },
        },
      },
      {},
      { deadline: Date.now() + 60_000 },
    );
    expect([answer.id, answer.modelName, answer.modelVersion]).toEqual(['mine', 'echo', '3']);
    const { request, caller } = echo.asked[0] as (typeof echo.asked)[0];
    expect(request).toMatchObject({ id: 'mine', outputs: ['y'], parameters: { a: 7, b: false, c: 's', d: 0.5 } });
    expect(request.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['x', [1]],
      ['none', [0]],
    ]);
    const seconds = ((caller?.deadline ?? 0) - performance.now()) / 1000;
    expect(seconds > 0 && seconds <= 61).toBe(true);
    expect((await call('ModelInfer', infer(), { 'x-request-id': 'from the gateway' })).id).toBe('from the gateway');
    expect((await call('ModelInfer', infer())).id).toBe('made');
  });

  test.each([
    [infer(tensor('FP32', [1], { intContents: [1] })), "input 'x' is FP32, got int_contents; use fp32_contents"],
    [infer(tensor('FP16', [1], {})), "input 'x' is FP16, which goes into raw_input_contents only"],
    [
      infer(tensor('INT8', [2], { intContents: [1, 128] })),
      "input 'x' has 128 as element 1, which is out of INT8's range",
    ],
    [
      infer(tensor('BF16', [1])),
      `input 'x' has the datatype 'BF16', expected one of BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BYTES`,
    ],
    [
      infer(tensor('BYTES', [1], { bytesContents: [Buffer.from('ff', 'hex')] })),
      "input 'x' has element 0 of BYTES that is not UTF-8, which ONNX needs",
    ],
    [
      { ...infer(tensor('INT8', [1], { intContents: [1] })), rawInputContents: [Buffer.from([1])] },
      "input 'x' has contents and raw_input_contents; use one of them",
    ],
    [
      { ...infer(tensor('INT8', [1])), rawInputContents: [Buffer.from([1]), Buffer.from([1])] },
      'raw_input_contents has 2 entries for 1 inputs',
    ],
    [
      { ...infer(), outputs: [{ name: 'y', parameters: { classification: { int64Param: '2' } } }] },
      "output 'y' has the parameter 'classification', which this server does not have",
    ],
  ])('a request that does not fit is the client’s fault: %#', async (request, text) => {
    const { refused } = await start();
    expect((await refused(status.INVALID_ARGUMENT, 'ModelInfer', request)).details).toBe(text);
  });

  test('errors become the status that clients know, and what nobody foresaw says nothing', async () => {
    const { refused, echo, lines } = await start();
    await refused(status.NOT_FOUND, 'ModelInfer', { modelName: 'nothing' });
    for (const [http, code] of [
      ...([
        [429, status.RESOURCE_EXHAUSTED],
        [503, status.UNAVAILABLE],
        [504, status.DEADLINE_EXCEEDED],
      ] as const),
      ...([
        [400, status.INVALID_ARGUMENT],
        [413, status.RESOURCE_EXHAUSTED],
        [418, status.INVALID_ARGUMENT],
      ] as const),
    ]) {
      echo.answer = async () => {
        throw new ServiceError(http, 'ANY', `says ${http}`, http === 429 ? 3 : undefined);
      };
      const error = await refused(code, 'ModelInfer', infer());
      expect(error.details).toBe(`says ${http}`);
      expect(error.metadata.get('grpc-retry-pushback-ms')).toEqual(http === 429 ? ['3000'] : []);
    }
    echo.answer = async () => {
      throw new Error('a secret');
    };
    expect((await refused(status.INTERNAL, 'ModelInfer', infer())).details).toBe(
      'internal error; the log of the service says more',
    );
    expect(lines.filter((line) => line.includes('a secret'))).toHaveLength(1);
  });

  test('a message that is too large is refused, and a client that waits no longer is seen', async () => {
    const { refused, echo, call } = await start();
    const large = { ...infer(tensor('UINT8', [2 ** 20])), rawInputContents: [Buffer.alloc(2 ** 20)] };
    await refused(status.RESOURCE_EXHAUSTED, 'ModelInfer', large);
    expect(echo.asked).toHaveLength(0);
    echo.answer = () => new Promise(() => {});
    await refused(status.DEADLINE_EXCEEDED, 'ModelInfer', infer(), {}, { deadline: Date.now() + 200 });
    await eventually(async () => expect(echo.asked[0]?.caller?.isGone?.()).toBe(true));
    expect(await call('ServerLive')).toEqual({ live: true });
  });
});

describe('the other calls', () => {
  test('metadata, index, load and unload, as Triton’s and as KServe’s clients write them', async () => {
    const { call, refused } = await start();
    expect(await call('ServerMetadata')).toEqual(serverMetadata);
    const x = { name: 'x', datatype: 'FP32', shape: ['-1', '4'] };
    expect(await call('ModelMetadata', { name: 'echo' })).toEqual({
      ...{ name: 'echo', versions: ['3'], platform: 'echo', inputs: [x], outputs: [x] },
    });
    await refused(status.NOT_FOUND, 'ModelMetadata', { name: 'echo', version: '4' });
    for (const field of ['modelName', 'repositoryName']) {
      expect(await call('RepositoryModelUnload', { [field]: 'echo' })).toEqual({ modelName: 'echo', isUnloaded: true });
      const entry = { name: 'echo', version: '3', state: 'UNAVAILABLE', reason: 'unloaded' };
      expect(await call('RepositoryIndex')).toEqual({ models: [entry] });
      expect(await call('RepositoryIndex', { ready: true })).toEqual({ models: [] });
      expect(await call('ModelReady', { name: 'echo' })).toEqual({ ready: false });
      expect(await call('ServerReady')).toEqual({ ready: false });
      await refused(status.UNAVAILABLE, 'ModelInfer', infer());
      expect(await call('RepositoryModelLoad', { [field]: 'echo' })).toEqual({ modelName: 'echo', isLoaded: true });
      expect(await call('ModelReady', { name: 'echo', version: '3' })).toEqual({ ready: true });
      expect(await call('ServerReady')).toEqual({ ready: true });
    }
    expect(await call('ModelReady', { name: 'nothing' })).toEqual({ ready: false });
  });

  test('a token is asked for, but not by health and reflection', async () => {
    const authorize = (authorization?: string) => {
      if (authorization !== 'Bearer right') throw new ServiceError(401, 'UNAUTHENTICATED', 'no token that is known');
    };
    const { call, refused, connect } = await start({ authorize });
    for (const metadata of [{}, { authorization: 'Bearer wrong' }])
      for (const method of ['ServerLive', 'ModelInfer', 'RepositoryModelUnload'])
        await refused(status.UNAUTHENTICATED, method, { modelName: 'echo' }, metadata);
    expect(await call('ServerLive', {}, { authorization: 'Bearer right' })).toEqual({ live: true });
    const health = connect(loadSync(protoPath, { enums: String }), 'grpc', 'health', 'v1', 'Health');
    const checked = new Promise((answered) =>
      health.check?.({ service: '' }, new Metadata(), {}, (_, response) => answered(response)),
    );
    expect(await checked).toEqual({ status: 'SERVING' });
  });

  test('a message for which there is no memory beside the others is refused, with a time to wait', async () => {
    const { echo, call, refused } = await start();
    let finish = () => {};
    echo.answer = (name) =>
      new Promise((answered) => {
        finish = () => answered({ modelName: name, modelVersion: '3', outputs: [] });
      });
    const large = { ...infer(tensor('UINT8', [600_000])), rawInputContents: [Buffer.alloc(600_000)] };
    const first = call('ModelInfer', large);
    await eventually(async () => expect(echo.asked).toHaveLength(1));
    const error = await refused(status.RESOURCE_EXHAUSTED, 'ModelInfer', large);
    expect(error.details).toBe('large requests of 1 MiB at most are held in memory at once; try again');
    expect(error.metadata.get('grpc-retry-pushback-ms')).toEqual(['1000']);
    finish();
    await first;
    const again = call('ModelInfer', large);
    await eventually(async () => expect(echo.asked).toHaveLength(2));
    finish();
    await again;
  });

  test('health follows the models, and whoever watches it keeps nobody from closing', async () => {
    const { echo, grpc, connect } = await start();
    const health = connect(loadSync(protoPath, { enums: String }), 'grpc', 'health', 'v1', 'Health');
    const seen: string[] = [];
    const watch = health.watch as unknown as (request: object) => NodeJS.ReadableStream;
    const ended = new Promise<void>((end) => {
      const stream = watch.call(health, { service: 'inference.GRPCInferenceService' });
      stream.on('data', (data: unknown) => seen.push((data as { status: string }).status));
      stream.on('end', end).on('error', () => end());
    });
    await eventually(async () => expect(seen).toEqual(['SERVING']));
    echo.state = 'LOADING';
    await eventually(async () => expect(seen).toEqual(['SERVING', 'NOT_SERVING']));
    await grpc.close(60_000);
    await ended;
  });

  test('a call that runs when the server closes gets its answer', async () => {
    const { echo, grpc, call } = await start();
    let finish: (() => void) | undefined;
    echo.answer = (name) =>
      new Promise((answered) => {
        finish = () => answered({ modelName: name, modelVersion: '3', outputs: [] });
      });
    const answer = call('ModelInfer', infer());
    await eventually(async () => expect(finish).toBeDefined());
    const closed = grpc.close(60_000);
    await new Promise((later) => setTimeout(later, 50));
    finish?.();
    expect((await answer).modelVersion).toBe('3');
    await closed;
  });
});
