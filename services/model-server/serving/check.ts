import { ServiceError } from '../../kit/errors';
import type { LoadedModel } from '../models/repository';
import type { InferRequest } from '../protocol/inference';
import { invalid } from '../protocol/raw';
import type { Tensor, TensorSpec } from '../protocol/tensor';

/** Larger ones are no sizes of anything, and would leave the integers that are exact. */
const largestDimension = 2 ** 31 - 1;

/**
 * That a request fits its model: each input once, with its datatype, a shape that fits, and as many elements as the shape says.
 * @returns names of the outputs to answer with
 * @throws ServiceError 400 with every problem at once
 */
export function checkRequest({ name, version, session }: LoadedModel, request: InferRequest): readonly string[] {
  const problems: string[] = [];
  const { inputs, outputs } = request;
  for (const spec of session.inputs) {
    const given = inputs.filter((input) => input.name === spec.name);
    if (given.length === 1) problems.push(...problemsOf(given[0] as Tensor, spec));
    else if (given.length > 1) problems.push(`input '${spec.name}' is there ${given.length} times`);
    else problems.push(`input '${spec.name}' is missing, expected ${textOf(spec)}`);
  }
  const known = (specs: readonly TensorSpec[]) => specs.map((spec) => `'${spec.name}'`).join(', ');
  for (const { name } of inputs)
    if (!session.inputs.some((spec) => spec.name === name))
      problems.push(`input '${name}' is not one of the model's, which are ${known(session.inputs)}`);
  for (const output of new Set(outputs)) {
    if (!session.outputs.some((spec) => spec.name === output))
      problems.push(`output '${output}' is not one of the model's, which are ${known(session.outputs)}`);
    else if (outputs?.indexOf(output) !== outputs?.lastIndexOf(output))
      problems.push(`output '${output}' is asked for more than once`);
  }
  if (problems.length > 0) throw invalid(`model '${name}' version ${version}: ${problems.join('; ')}`);
  return outputs === undefined || outputs.length === 0 ? session.outputs.map((spec) => spec.name) : outputs;
}

function problemsOf({ name, datatype, shape, data }: Tensor, spec: TensorSpec): string[] {
  const isShape = shape.every((size) => Number.isInteger(size) && size >= 0 && size <= largestDimension);
  const fits = shape.length === spec.shape.length && spec.shape.every((size, i) => size === -1 || size === shape[i]);
  if (datatype !== spec.datatype || !isShape || !fits)
    return [`input '${name}' expected ${textOf(spec)}, got ${textOf({ datatype, shape })}`];
  const elements = shape.reduce((product, size) => product * size, 1);
  if (data.length === elements) return [];
  return [`input '${name}' has shape [${shape.join(',')}], which is ${elements} elements, got ${data.length}`];
}

const textOf = ({ datatype, shape }: Pick<TensorSpec, 'datatype' | 'shape'>) =>
  `${datatype} with shape [${shape.join(',')}]`;

/** An error of the engine: of what the client sent, as the model itself runs, unless memory ran out. */
export function engineError({ name, version }: LoadedModel, error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  if (/failed to allocate|bad_alloc|out of memory|Array buffer allocation/i.test(message))
    return new ServiceError(503, 'UNAVAILABLE', `model '${name}' version ${version} has no memory for this request`, 1);
  return invalid(`model '${name}' version ${version} cannot run on this input: ${message}`);
}
