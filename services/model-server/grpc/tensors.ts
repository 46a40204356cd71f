import { arrays, invalid, readRaw, readText, writeRaw } from '../protocol/raw';
import { type Datatype, datatypes, type Tensor, type TensorData } from '../protocol/tensor';
import type { Contents, ModelInferRequest, TensorMessage } from './messages';

type Field = keyof Contents;

/** The field of typed contents that a datatype uses. */
const fields: Readonly<Record<Exclude<Datatype, 'FP16'>, Field>> = {
  BOOL: 'boolContents',
  ...({ INT8: 'intContents', INT16: 'intContents', INT32: 'intContents', INT64: 'int64Contents' } as const),
  ...({ UINT8: 'uintContents', UINT16: 'uintContents', UINT32: 'uintContents', UINT64: 'uint64Contents' } as const),
  ...({ FP32: 'fp32Contents', FP64: 'fp64Contents', BYTES: 'bytesContents' } as const),
};

/**
 * Whether they fit the model, and their shapes the number of elements, is looked at later.
 * @throws ServiceError 400 that names the tensor, and what is wrong with it
 */
export function readInputs({ inputs, rawInputContents: raw }: ModelInferRequest): Tensor[] {
  if (raw.length > 0 && raw.length !== inputs.length)
    throw invalid(`raw_input_contents has ${raw.length} entries for ${inputs.length} inputs`);
  return inputs.map((input, i) => {
    const { name } = input;
    const datatype = datatypeOf(input);
    const bytes = raw[i];
    if (bytes && filled(input).length > 0)
      throw invalid(`input '${name}' has contents and raw_input_contents; use one of them`);
    const data = bytes ? readRaw(name, datatype, bytes) : readContents(input, datatype);
    return { name, datatype, shape: input.shape.map(Number), data };
  });
}

/** Outputs in the form that the request had: typed contents can hold every datatype but FP16. */
export function writeOutputs(outputs: readonly Tensor[], raw: boolean) {
  const isRaw = raw || outputs.some(({ datatype }) => datatype === 'FP16');
  return {
    outputs: outputs.map(({ name, datatype, shape, data }): TensorMessage => {
      const contents = isRaw ? null : { [fields[datatype as keyof typeof fields]]: writable(datatype, data) };
      return { name, datatype, shape, contents };
    }),
    rawOutputContents: isRaw ? outputs.map(({ data }) => writeRaw(data)) : [],
  };
}

function datatypeOf({ name, datatype }: TensorMessage): Datatype {
  if ((datatypes as readonly string[]).includes(datatype)) return datatype as Datatype;
  throw invalid(`input '${name}' has the datatype '${datatype}', expected one of ${datatypes.join(', ')}`);
}

const filled = ({ contents }: TensorMessage) =>
  Object.entries(contents ?? {}).flatMap(([field, values]) => (values.length > 0 ? [field as Field] : []));

function readContents(input: TensorMessage, datatype: Datatype): TensorData {
  const { name, contents } = input;
  if (datatype === 'FP16') throw invalid(`input '${name}' is FP16, which goes into raw_input_contents only`);
  const field = fields[datatype];
  const wrong = filled(input).find((other) => other !== field);
  if (wrong) throw invalid(`input '${name}' is ${datatype}, got ${snake(wrong)}; use ${snake(field)}`);
  const values = contents?.[field] ?? [];
  if (datatype === 'BYTES') return (values as Contents['bytesContents']).map((value, i) => readText(name, value, i));
  if (datatype === 'BOOL') return Uint8Array.from(values as readonly boolean[], Number);
  if (datatype === 'INT64') return BigInt64Array.from(values as readonly string[], BigInt);
  if (datatype === 'UINT64') return BigUint64Array.from(values as readonly string[], BigInt);
  const data = arrays[datatype].from(values as readonly number[]);
  // Small integers travel as 32 bits: one that is too large comes out as another.
  const changed = field.startsWith('fp') ? -1 : data.findIndex((value, i) => value !== values[i]);
  if (changed >= 0)
    throw invalid(`input '${name}' has ${values[changed]} as element ${changed}, which is out of ${datatype}'s range`);
  return data;
}

function writable(datatype: Datatype, data: TensorData): Contents[Field] {
  if (datatype === 'BYTES') return (data as readonly string[]).map((text) => Buffer.from(text));
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, Boolean);
  if (datatype === 'INT64' || datatype === 'UINT64') return Array.from(data as BigInt64Array, String);
  return Array.from(data as Float64Array);
}

const snake = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
