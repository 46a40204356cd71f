import type { Tensor } from '../protocol/tensor';

/** Tensors often are a small part of a large message or batch, which would stay in memory with them. */
export function inOwnMemory(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data) || data.byteLength * 2 >= data.buffer.byteLength) return tensor;
  return { ...tensor, data: data.slice() };
}

/** Objects around the tensors of one answer, about. */
const overhead = 500;

/** Bytes that an answer with these tensors takes, about. */
export const bytesOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce(
    (sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.buffer.byteLength : ofTexts(data)),
    overhead,
  );

const ofTexts = (texts: readonly string[]) => texts.reduce((sum, text) => sum + 2 * text.length + 16, 0);
