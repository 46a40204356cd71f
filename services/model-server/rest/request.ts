import { z } from 'zod';
import type { InferRequest } from '../protocol/inference';
import { invalid, readRaw } from '../protocol/raw';
import { datatypes, type Tensor } from '../protocol/tensor';
import { readElements } from './elements';
import { parseJson } from './json';

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional();

/** What is not named here is ignored, as clients of other servers send more. */
const inferBody = z.object({
  id: z.string().optional(),
  parameters,
  inputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.enum(datatypes),
      shape: z.array(z.number().int().nonnegative()),
      parameters,
      data: z.unknown().optional(),
    }),
  ),
  outputs: z.array(z.object({ name: z.string(), parameters })).optional(),
});

/** A request, and how its answer is to be written. */
export interface RestRequest {
  readonly request: InferRequest;
  /** Milliseconds that the client gives the server; Triton's `timeout`, which is in microseconds. */
  readonly timeoutMs: number | undefined;
  readonly isBinary: (output: string) => boolean;
}

/**
 * @param headerLength of `Inference-Header-Content-Length`: bytes of JSON before the binary tensors
 * @throws ServiceError 400
 */
export function readRequest(body: Buffer, headerLength: string | undefined): RestRequest {
  const jsonLength = headerLength === undefined ? body.length : lengthOf(headerLength, body);
  const parsed = inferBody.safeParse(parseJson(jsonLength === body.length ? body : body.subarray(0, jsonLength)));
  if (!parsed.success) throw invalid(parsed.error.issues.map(textOf).join('; '));
  const { id, inputs, outputs, parameters } = parsed.data;

  let at = jsonLength;
  const tensors = inputs.map(({ name, datatype, shape, parameters, data }): Tensor => {
    const size = parameters?.['binary_data_size'];
    if (parameters?.['shared_memory_region'] !== undefined)
      throw invalid(`input '${name}' lies in shared memory, which this server does not have; send its data`);
    if (size === undefined) return { name, datatype, shape, data: readElements(name, datatype, shape, data) };
    if (data !== undefined) throw invalid(`input '${name}' has both data and binary_data_size`);
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || at + size > body.length)
      throw invalid(`input '${name}' has binary_data_size ${size}, there are ${body.length - at} bytes left for it`);
    at += size;
    return { name, datatype, shape, data: readRaw(name, datatype, body.subarray(at - size, at)) };
  });
  if (at !== body.length) throw invalid(`${body.length - at} bytes of the request belong to no input`);
  for (const { name, parameters } of outputs ?? [])
    for (const unknown of ['classification', 'shared_memory_region'])
      if (parameters?.[unknown]) throw invalid(`output '${name}' asks for ${unknown}, which this server does not have`);

  const binary = new Map(outputs?.map(({ name, parameters }) => [name, parameters?.['binary_data']]));
  const isBinary = parameters?.['binary_data_output'] === true;
  const timeout = parameters?.['timeout'];
  return {
    request: { id, parameters: known(parameters), inputs: tensors, outputs: outputs?.map(({ name }) => name) },
    timeoutMs: typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined,
    isBinary: (name) => (typeof binary.get(name) === 'boolean' ? binary.get(name) === true : isBinary),
  };
}

function lengthOf(header: string, body: Buffer): number {
  const length = /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;
  if (length <= body.length) return length;
  throw invalid(
    `inference-header-content-length expected a whole number up to ${body.length}, got '${header.slice(0, 40)}'`,
  );
}

/** A parameter that is null is none. */
const known = (all: z.infer<typeof parameters>) =>
  all && (Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as InferRequest['parameters']);

/** `inputs[0].shape: …` */
function textOf({ path, message }: z.core.$ZodIssue): string {
  const field = path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');
  return field === '' ? message : `${field}: ${message}`;
}
