import type { Tensor, TensorSpec } from './tensor';

/** What a model takes and gives. */
interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** Whether each tensor of a model begins with a dimension that may vary: a request is as many examples as that says. */
export const hasRows = ({ inputs, outputs }: Signature): boolean =>
  [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);

/** Size of the first dimension of tensors; `undefined` where they do not agree on one, or there are none. */
export function rowsOf(tensors: readonly Tensor[]): number | undefined {
  const rows = tensors[0]?.shape[0];
  return tensors.every(({ shape }) => shape[0] === rows) ? rows : undefined;
}
