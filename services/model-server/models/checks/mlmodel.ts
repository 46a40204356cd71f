import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CachedVersion } from '../cache/version-cache';
import { BadVersionError } from '../errors';
import { columnSpec, type SignatureSpec, tensorSpec } from './signature';

/** MLflow writes each list of the signature as JSON within its YAML. */
const specs = z
  .string()
  .nullish()
  .transform((text): unknown => (text ? JSON.parse(text) : []))
  .pipe(z.array(z.union([tensorSpec, columnSpec])));

const mlmodel = z.object({
  flavors: z.record(z.string(), z.unknown()).default({}),
  signature: z.object({ inputs: specs, outputs: specs }).nullish(),
  saved_input_example_info: z.object({ artifact_path: z.string(), serving_input_path: z.string().nullish() }).nullish(),
});
const onnxFlavor = z.object({ data: z.string() });

/** What the folder of a version says about its model. */
export interface ModelFolder {
  /** Path of the ONNX file. */
  readonly model: string;
  readonly signature?: { readonly inputs: readonly SignatureSpec[]; readonly outputs: readonly SignatureSpec[] };
  /** File names, relative to the folder. */
  readonly example?: string | undefined;
  readonly expectedOutputs?: string | undefined;
}

const expectedOutputs = 'expected_outputs.json';

/** Finds the ONNX file by the `MLmodel` file, or by its ending where there is none. */
export async function readModelFolder({ folder, files }: CachedVersion): Promise<ModelFolder> {
  const known = (name: string | null | undefined) => (name && files.includes(name) ? name : undefined);
  const expected = known(expectedOutputs);
  if (known('MLmodel') === undefined) {
    const example = known('serving_input_example.json') ?? known('input_example.json');
    return { model: join(folder, onlyOnnx(files)), example, expectedOutputs: expected };
  }
  const { flavors, signature, saved_input_example_info: info } = await readMlmodel(join(folder, 'MLmodel'));
  const onnx = onnxFlavor.safeParse(flavors['onnx']);
  if (!onnx.success)
    throw new BadVersionError(
      `it has no ONNX model, got the flavors ${Object.keys(flavors).join(', ') || 'none'}; log it with mlflow.onnx.log_model`,
    );
  const { data } = onnx.data;
  if (!files.includes(data))
    throw new BadVersionError(`its MLmodel file names '${data}', which is not among its files; log it again`);
  return {
    model: join(folder, data),
    ...(signature && { signature }),
    example: known(info?.serving_input_path) ?? known(info?.artifact_path),
    expectedOutputs: expected,
  };
}

async function readMlmodel(file: string): Promise<z.output<typeof mlmodel>> {
  try {
    return mlmodel.parse(parse(await readFile(file, 'utf8')));
  } catch (error) {
    const { message } = error as Error;
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : message;
    throw new BadVersionError(`its MLmodel file cannot be read: ${reason.split('\n', 3).join(' ')}`);
  }
}

function onlyOnnx(files: readonly string[]): string {
  const found = files.filter((file) => file.endsWith('.onnx'));
  const [model, second] = found;
  if (model !== undefined && second === undefined) return model;
  throw new BadVersionError(
    model === undefined
      ? 'it has neither an MLmodel file nor an .onnx file; log it with mlflow.onnx.log_model'
      : `it has no MLmodel file and several .onnx files (${found.slice(0, 3).join(', ')}); leave one, or log it with mlflow.onnx.log_model`,
  );
}
