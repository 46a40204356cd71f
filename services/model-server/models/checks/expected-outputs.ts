import { z } from 'zod';
import { fromHalf } from '../../protocol/fp16';
import type { Tensor, TensorSpec } from '../../protocol/tensor';
import { tensorOf } from './json-tensors';

/** Of `expected_outputs.json`: what the model answers to its input example, as a response of the protocol. */
export const expectedOutputs = z.object({
  outputs: z
    .array(
      z.object({
        name: z.string(),
        datatype: z.string(),
        shape: z.array(z.number().int().nonnegative()),
        data: z.unknown(),
      }),
    )
    .min(1),
});

/** A share of the expected value; numbers near 0 may differ by `floor`. */
const tolerance = 1e-4;
const floor = 1e-6;

/** Where a model's outputs are not the expected ones, in words; empty when they are. */
export function outputProblems(
  expected: z.infer<typeof expectedOutputs>,
  specs: readonly TensorSpec[],
  got: readonly Tensor[],
): string[] {
  return expected.outputs.flatMap(({ name, datatype, shape, data }) => {
    const [spec, tensor] = [specs, got].map((list) => list.find((one) => one.name === name));
    if (spec === undefined || tensor === undefined) return [`output '${name}' is expected, the model has none`];
    if (datatype !== tensor.datatype) return [`output '${name}' is expected as ${datatype}, got ${tensor.datatype}`];
    const wanted = tensorOf(spec, data, shape);
    if (`${shape}` !== `${tensor.shape}`)
      return [`output '${name}' is expected with the shape [${shape}], got [${tensor.shape}]`];
    const [a, b] = [valuesOf(wanted), valuesOf(tensor as Tensor)];
    const at = a.findIndex((value, i) => !agrees(value, b[i]));
    return at < 0 ? [] : [`output '${name}' is expected to be ${a[at]} at ${at}, got ${b[at]}`];
  });
}

type Value = number | bigint | string;

const valuesOf = ({ data, datatype }: Tensor): Value[] =>
  datatype === 'FP16' ? Array.from(data as Uint16Array, fromHalf) : Array.from(data as ArrayLike<Value>);

function agrees(wanted: Value, got: Value | undefined): boolean {
  if (typeof wanted !== 'number' || typeof got !== 'number' || Object.is(wanted, got))
    return wanted === got || Object.is(wanted, got);
  return Math.abs(wanted - got) <= tolerance * Math.abs(wanted) + floor;
}
