import { z } from 'zod';
import { arrays } from '../../protocol/raw';
import type { Tensor, TensorSpec } from '../../protocol/tensor';
import { tensorOf } from './json-tensors';

const split = z.object({ columns: z.array(z.coerce.string()), data: z.array(z.array(z.unknown())) });
const protocolTensors = z.array(
  z.object({ name: z.string(), shape: z.array(z.number()).optional(), data: z.unknown() }),
);

/**
 * An input example as the tensors that a model takes: as MLflow's clients write it (an array, arrays by name, a DataFrame; with what
 * its scoring server wraps around them), or as the Open Inference Protocol has requests.
 * @throws Error in words when it does not fit the model's inputs
 */
export function exampleTensors(example: unknown, inputs: readonly TensorSpec[]): Tensor[] {
  const content = unwrap(example);
  const table = split.safeParse(content);
  if (table.success) return ofTable(table.data.columns, table.data.data, inputs);
  const request = protocolTensors.safeParse(content);
  if (request.success && request.data.length > 0)
    return inputs.map((spec) => {
      const found = request.data.find(({ name }) => name === spec.name);
      if (found === undefined) throw missing(spec.name);
      return tensorOf(spec, found.data, found.shape);
    });
  if (isRecord(content)) return inputs.map((spec) => tensorOf(spec, field(content, spec.name)));
  if (isRecords(content)) {
    const columns = Object.keys(content[0] ?? {});
    return ofTable(
      columns,
      content.map((row) => columns.map((name) => row[name])),
      inputs,
    );
  }
  const [only, more] = inputs;
  if (only === undefined || more !== undefined)
    throw new Error(`it is one array, the model has ${inputs.length} inputs`);
  return [tensorOf(only, content)];
}

/** All zeros, one example, empty texts: for a model without an input example. */
export const zeroTensors = (inputs: readonly TensorSpec[]): Tensor[] =>
  inputs.map((spec) => {
    const shape = spec.shape.map((size) => (size === -1 ? 1 : size));
    const count = shape.reduce((a, b) => a * b, 1);
    const data = spec.datatype === 'BYTES' ? new Array<string>(count).fill('') : new arrays[spec.datatype](count);
    return { name: spec.name, datatype: spec.datatype, shape, data };
  });

/** MLflow's scoring server takes the example in one of these, and params beside it. */
function unwrap(example: unknown): unknown {
  if (!isRecord(example)) return example;
  for (const wrapper of ['dataframe_split', 'dataframe_records', 'instances', 'inputs'])
    if (wrapper in example) return example[wrapper];
  return example;
}

/** One input takes all columns, several take the column of their name each. */
function ofTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  inputs: readonly TensorSpec[],
): Tensor[] {
  const [only, more] = inputs;
  if (only && more === undefined && !columns.includes(only.name)) return [tensorOf(only, rows)];
  return inputs.map((spec) => {
    const index = columns.indexOf(spec.name);
    if (index < 0) throw missing(spec.name);
    return tensorOf(
      spec,
      rows.map((row) => row[index]),
    );
  });
}

function field(content: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(content, name)) return content[name];
  throw missing(name);
}

const missing = (name: string) => new Error(`it has nothing for the input '${name}'`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRecords = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRecord);
