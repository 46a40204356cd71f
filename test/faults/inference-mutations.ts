import { datatypes } from '../../services/model-server/protocol/tensor';
import type { Chance, Recorded } from './mutations';

const json = { 'content-type': 'application/json' };
const tensor = { name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2.5, -3, 4] };

const infer = (body: object, ...raw: readonly Buffer[]): Recorded => {
  const header = Buffer.from(JSON.stringify(body));
  const length = { 'inference-header-content-length': String(header.length) };
  return {
    method: 'POST',
    path: '/v2/models/m/infer',
    headers: raw.length > 0 ? { ...json, ...length } : json,
    body: raw.length > 0 ? Buffer.concat([header, ...raw]) : header.toString(),
  };
};

/** What tritonclient sends, as JSON and with bytes, and the other calls of the protocol. */
export const inferences: readonly Recorded[] = [
  infer({ id: 'a', inputs: [tensor], outputs: [{ name: 'y', parameters: { binary_data: false } }] }),
  infer({
    inputs: [
      {
        ...tensor,
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    parameters: { binary_data_output: true },
  }),
  infer(
    { inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 2], parameters: { binary_data_size: 16 } }] },
    Buffer.from(Float32Array.from(tensor.data).buffer),
  ),
  { method: 'POST', path: '/v2/repository/index', headers: json, body: '{"ready":true}' },
  { method: 'POST', path: '/v2/repository/models/m/load', headers: json, body: '{"parameters":{}}' },
  { method: 'GET', path: '/v2/models/m/versions/1', headers: {}, body: '' },
];

const nasty: readonly unknown[] = [
  ...[null, true, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, '', '\0', '\ud800', 'NaN', [], {}, [[[[]]]], [[1], [2, 3]]],
  ...['9223372036854775808', 'x'.repeat(70_000), { __proto__: null }, ['a', 'b', 'c', 'd'], [1, null, 3, 'x']],
];

/** Shapes that are none, are too large to multiply, or say something else than the data. */
const shapes: readonly unknown[] = [
  ...[[], [4], [2, 2, 1], [0, 2], [2, 0], [-1, 2], [2, -2], [1.5, 2], [2 ** 31, 2], [2 ** 53, 2], [1e308, 1e308]],
  ...[[2 ** 40, 0], ['2', 2], [null, 2], [3, 2], Array(5000).fill(1), 'x', { length: 2 }],
];

type Mutation = (request: Recorded, chance: Chance) => Recorded;

/** Changes the first input of an inference in JSON. */
const withInput =
  (change: (chance: Chance) => object): Mutation =>
  (_, chance) =>
    infer({ inputs: [{ ...tensor, ...change(chance) }] });

const mutations: readonly Mutation[] = [
  (r, { below }) => ({ ...r, body: r.body.slice(0, below(r.body.length + 1)) }),
  (r, { below }) => {
    const bytes = Buffer.from(r.body);
    for (let i = below(4); i >= 0 && bytes.length > 0; i--) bytes[below(bytes.length)] = below(256);
    return { ...r, body: bytes };
  },
  withInput(({ pick }) => ({ [pick(Object.keys(tensor))]: pick(nasty) })),
  withInput(({ pick }) => ({ shape: pick(shapes) })),
  withInput(({ pick }) => ({ datatype: pick(datatypes), data: pick(nasty), shape: pick(shapes) })),
  withInput(({ pick }) => ({ parameters: { [pick(['binary_data_size', 'shared_memory_region', 'x'])]: pick(nasty) } })),
  // Lengths that do not fit the bytes that follow.
  (_, { below, pick }) => {
    const size = pick([0, 1, 15, 16, 17, 2 ** 31, -1, 1e308]);
    const input = { name: 'x', datatype: pick(datatypes), shape: [2, 2], parameters: { binary_data_size: size } };
    return infer({ inputs: [input] }, Buffer.alloc(below(40), below(256)));
  },
  (r, { pick }) => {
    const length = pick(['0', '1', '-1', '1e3', 'x', '', '99999999999', '9'.repeat(400), ' 4']);
    return { ...r, headers: { ...r.headers, 'inference-header-content-length': length } };
  },
  (r, { pick }) => ({
    ...r,
    body: pick([
      `{"inputs":${'['.repeat(100_000)}`,
      `{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":${'['.repeat(5000)}${']'.repeat(5000)}}]}`,
      `{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[1${'0'.repeat(400)},NaN,Infinity,-Infinity]}]}`,
      `"${'\\'.repeat(20_001)}"`,
      'null',
      '[]',
    ]),
  }),
  (_, { pick }) =>
    infer({
      id: pick(nasty),
      inputs: [tensor, ...pick([[], [tensor], [null], [{ ...tensor, name: 'z' }]])],
      outputs: pick([[], [{ name: 'y' }, { name: 'y' }], [{ name: pick(nasty) }], nasty, null]),
      parameters: pick([
        { timeout: pick(nasty) },
        { sequence_id: 1, priority: -1 },
        { binary_data_output: pick(nasty) },
      ]),
    }),
  (r, { pick }) => ({
    ...r,
    headers: {
      ...r.headers,
      'content-type': pick(['x', 'application/xml', 'application/json; charset=latin1', 'multipart/form-data']),
    },
  }),
  (r, { pick }) => ({
    ...r,
    headers: { ...r.headers, 'content-encoding': pick(['gzip', 'deflate', 'x', 'identity']) },
  }),
  (r, { pick }) => ({ ...r, method: pick(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'GET', 'POST']) }),
  (r, { pick }) => ({
    ...r,
    path:
      pick(['/v2/models/m', '/v2/models/m/versions/', '/v2/repository/models/', r.path]) +
      pick([
        '/%ff',
        '%00',
        `/${'z'.repeat(300)}`,
        '/../..',
        '/-1/infer',
        '/1e9/ready',
        '?a=1&a=2',
        `?x=${'y'.repeat(9000)}`,
      ]),
  }),
];

/** One way in which a client, or whoever plays one, may get it wrong. */
export const mutateInference: Mutation = (r, chance) => chance.pick(mutations)(r, chance);
