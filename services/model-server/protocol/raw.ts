import { endianness } from 'node:os';
import { ServiceError } from '../../kit/errors';
import type { Datatype, TensorData } from './tensor';

/** Elements as their bytes lie one after another, little-endian: the binary extension of REST, and `raw_*_contents` of gRPC. */
if (endianness() !== 'LE') throw new Error('the model server runs on little-endian machines only');

/** The array that holds elements of a datatype; BYTES are texts. */
export const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Number arrays may share memory with `bytes`.
 * @throws ServiceError 400 when the bytes are no elements of this datatype
 */
export function readRaw(name: string, datatype: Datatype, bytes: Buffer): TensorData {
  if (datatype === 'BYTES') return readTexts(name, bytes);
  const array = arrays[datatype];
  const size = array.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0)
    throw invalid(
      `input '${name}' has ${bytes.length} bytes, which is no multiple of ${size}, the size of ${datatype}`,
    );
  if (datatype === 'BOOL' && bytes.some((byte) => byte > 1))
    throw invalid(`input '${name}' has BOOL bytes other than 0 and 1`);
  if (bytes.byteOffset % size === 0)
    return new array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / size);
  const aligned = new Uint8Array(bytes); // a copy at the begin of memory of its own
  return new array(aligned.buffer, 0, bytes.length / size);
}

/** Shares memory with the elements where they are numbers. */
export function writeRaw(data: TensorData): Buffer {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const texts = data as readonly string[];
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, 0));
  let at = 0;
  for (const [i, text] of texts.entries()) {
    at = bytes.writeUInt32LE(sizes[i] ?? 0, at);
    at += bytes.write(text, at);
  }
  return bytes;
}

/** Each element: its length in four bytes, then its bytes. */
function readTexts(name: string, bytes: Buffer): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + size > bytes.length) throw invalid(`input '${name}' ends within element ${texts.length} of BYTES`);
    texts.push(readText(name, bytes.subarray(at + 4, at + 4 + size), texts.length));
    at += 4 + size;
  }
  return texts;
}

/** @throws ServiceError 400 that names the element */
export function readText(name: string, bytes: Uint8Array, element: number): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid(`input '${name}' has element ${element} of BYTES that is not UTF-8, which ONNX needs`);
  }
}

/** What the client sent does not fit. */
export const invalid = (message: string) => new ServiceError(400, 'INVALID_ARGUMENT', message);
