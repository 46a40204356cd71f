import type { Session } from '../engine/engine';
import { arrays } from '../protocol/raw';
import { rowsOf } from '../protocol/rows';
import type { Tensor, TensorData } from '../protocol/tensor';

/** Inputs of one request, and the outputs that it wants. */
export interface Work {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

/** Requests with the same key differ in their rows only. */
export const shapeKey = ({ inputs, outputs }: Work) =>
  `${[...inputs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, shape }) => `${name}:${shape.slice(1).join()}`)
    .join(';')}>${outputs.join(';')}`;

/** Runs several requests with one key as one. `undefined`: the outputs do not come apart by rows, so nothing is answered. */
export async function runAsOne(session: Session, works: readonly Work[]): Promise<Tensor[][] | undefined> {
  const [first] = works as [Work];
  const rows = works.map((work) => rowsOf(work.inputs) ?? 0);
  const total = rows.reduce((sum, count) => sum + count, 0);
  const inputs = first.inputs.map((input) => {
    const parts = works.map((work) => work.inputs.find(({ name }) => name === input.name) as Tensor);
    return { ...input, shape: [total, ...input.shape.slice(1)], data: joined(parts) };
  });
  const outputs = await session.run(inputs, first.outputs);
  if (outputs.some(({ shape }) => shape[0] !== total)) return undefined;
  let from = 0;
  return rows.map((count) => {
    const mine = outputs.map((output) => ({
      ...output,
      shape: [count, ...output.shape.slice(1)],
      data: slice(output.data, (output.data.length / total) * from, (output.data.length / total) * (from + count)),
    }));
    from += count;
    return mine;
  });
}

function joined(parts: readonly Tensor[]): TensorData {
  const [{ datatype }] = parts as [Tensor];
  if (datatype === 'BYTES') return parts.flatMap(({ data }) => data as readonly string[]);
  const length = parts.reduce((sum, { data }) => sum + data.length, 0);
  const all = new arrays[datatype](length);
  let at = 0;
  for (const { data } of parts) {
    all.set(data as never, at);
    at += data.length;
  }
  return all;
}

/** Numbers share memory with the whole, which lives as long as the slowest of the batch is being sent. */
const slice = (data: TensorData, from: number, to: number): TensorData =>
  ArrayBuffer.isView(data) ? data.subarray(from, to) : data.slice(from, to);
