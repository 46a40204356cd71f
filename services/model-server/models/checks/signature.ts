import { z } from 'zod';
import type { Datatype, TensorSpec } from '../../protocol/tensor';

/** An array of MLflow's signature. A model with one input may leave its name out. */
export const tensorSpec = z.object({
  name: z.string().optional(),
  type: z.literal('tensor'),
  'tensor-spec': z.object({ dtype: z.string(), shape: z.array(z.number().int()) }),
});

/** A column of a DataFrame. */
export const columnSpec = z.object({ name: z.string().optional(), type: z.string() });

export type SignatureSpec = z.infer<typeof tensorSpec> | z.infer<typeof columnSpec>;

/** Of numpy's dtypes. MLflow writes texts as `str` or `object`, with or without their length. */
const dtypes: Readonly<Record<string, Datatype>> = {
  ...{ bool: 'BOOL', uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64' },
  ...{ int8: 'INT8', int16: 'INT16', int32: 'INT32', int64: 'INT64' },
  ...{ float16: 'FP16', float32: 'FP32', float64: 'FP64', object: 'BYTES' },
};

/** Of MLflow's column types. A column of a type that is not here is not compared. */
const columnTypes: Readonly<Record<string, RegExp>> = {
  boolean: /^BOOL$/,
  integer: /^U?INT/,
  long: /^U?INT/,
  float: /^FP/,
  double: /^FP/,
  string: /^BYTES$/,
};

type Signature = { readonly inputs: readonly SignatureSpec[]; readonly outputs: readonly SignatureSpec[] };

/**
 * What of a model's signature its file does not keep, in words; empty when all of it is kept. Inputs must be the same on both sides,
 * outputs of the file may have more. A size that varies on one side fits any. float64 fits FP32, as MLflow's own client casts it.
 */
export function signatureProblems(
  signature: Signature,
  model: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
): string[] {
  const [input, more] = model.inputs;
  const isMatrix = input !== undefined && more === undefined && signature.inputs.every((spec) => !isTensor(spec));
  const inputs =
    isMatrix && signature.inputs.length > 0
      ? matrixProblems(signature.inputs, input)
      : sideProblems('input', signature.inputs, model.inputs);
  return [...inputs, ...sideProblems('output', signature.outputs, model.outputs)];
}

function sideProblems(side: 'input' | 'output', wanted: readonly SignatureSpec[], given: readonly TensorSpec[]) {
  if (wanted.length === 0) return [];
  const names = given.map(({ name }) => `'${name}'`).join(', ');
  const named = wanted.filter((spec) => spec.name !== undefined);
  const problems = named.flatMap((spec) => {
    const found = given.find(({ name }) => name === spec.name);
    if (found === undefined) return [`the signature has the ${side} '${spec.name}', the file ${names}`];
    return specProblems(side, spec, found);
  });
  const [unnamed] = wanted;
  const [only, another] = given;
  // Which of several an output without a name is, MLflow does not say.
  if (named.length === 0 && unnamed && only && another === undefined) return specProblems(side, unnamed, only);
  if (side === 'output') return problems;
  if (named.length === 0) return [`the signature has one ${side} without a name, the file ${names}`];
  const missing = given.filter(({ name }) => !wanted.some((spec) => spec.name === name));
  return [...problems, ...missing.map(({ name }) => `the file has the ${side} '${name}', the signature does not`)];
}

function specProblems(side: string, wanted: SignatureSpec, given: TensorSpec): string[] {
  const what = `${side} '${given.name}'`;
  if (!isTensor(wanted)) {
    const fits = columnTypes[wanted.type]?.test(given.datatype) ?? true;
    return fits ? [] : [`${what} is a column of type ${wanted.type} in the signature, ${given.datatype} in the file`];
  }
  const { dtype, shape } = wanted['tensor-spec'];
  const problems = [];
  if (!fitsDatatype(datatypeOf(dtype), given.datatype))
    problems.push(`${what} is ${dtype} in the signature, ${given.datatype} in the file`);
  if (!fitsShape(shape, given.shape))
    problems.push(`${what} has the shape [${shape}] in the signature, [${given.shape}] in the file`);
  return problems;
}

/** All columns of a DataFrame are one input: a row per example. */
function matrixProblems(columns: readonly SignatureSpec[], input: TensorSpec): string[] {
  const problems = [];
  if (!fitsShape([-1, columns.length], input.shape))
    problems.push(
      `input '${input.name}' has ${columns.length} columns in the signature, the shape [${input.shape}] in the file`,
    );
  const texts = columns.filter(({ type }) => type === 'string').length;
  if (input.datatype === 'BYTES' ? texts < columns.length : texts > 0)
    problems.push(`input '${input.name}' has ${texts} columns of text in the signature, ${input.datatype} in the file`);
  return problems;
}

const isTensor = (spec: SignatureSpec): spec is z.infer<typeof tensorSpec> => 'tensor-spec' in spec;

const datatypeOf = (dtype: string): Datatype | undefined => (/^(str|<U|bytes)/.test(dtype) ? 'BYTES' : dtypes[dtype]);

const fitsDatatype = (wanted: Datatype | undefined, given: Datatype) =>
  wanted === undefined || wanted === given || (wanted === 'FP64' && given === 'FP32');

/** A file that does not say its rank has `[]`, which fits any. */
const fitsShape = (wanted: readonly number[], given: readonly number[]) =>
  given.length === 0 ||
  (wanted.length === given.length && wanted.every((size, i) => size === -1 || given[i] === -1 || size === given[i]));
