import type { InferResponse } from '../protocol/inference';
import { writeRaw } from '../protocol/raw';
import { writeElements } from './elements';

/** A body, and the length of its JSON part where tensors follow it. */
export interface RestResponse {
  readonly body: string | Buffer;
  readonly headerLength: number | undefined;
}

export function writeResponse(response: InferResponse, isBinary: (output: string) => boolean): RestResponse {
  const raw: Buffer[] = [];
  const outputs = response.outputs.map((output) => {
    const { name, datatype, shape, data } = output;
    const head = `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join()}]`;
    if (!isBinary(name)) return `${head},"data":${writeElements(output)}}`;
    const bytes = writeRaw(data);
    raw.push(bytes);
    return `${head},"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const { modelName, modelVersion, id } = response;
  const json = `{"model_name":${JSON.stringify(modelName)},"model_version":${JSON.stringify(modelVersion)},"id":${JSON.stringify(id)},"outputs":[${outputs.join()}]}`;
  if (raw.length === 0) return { body: json, headerLength: undefined };
  const header = Buffer.from(json);
  return { body: Buffer.concat([header, ...raw]), headerLength: header.length };
}
