import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Served } from './serve';

const api = '/api/2.0/mlflow';

/** One of the models beside `onnx/make.py`. */
export const onnx = (name: string): Buffer => readFileSync(join(__dirname, 'onnx', `${name}.onnx`));

export type Files = Readonly<Record<string, string | Buffer>>;

const tensor = (name: string | undefined, dtype: string, shape: number[]) => ({
  ...(name !== undefined && { name }),
  type: 'tensor',
  'tensor-spec': { dtype, shape },
});

export const signatures = {
  plus: {
    inputs: [tensor(undefined, 'float32', [-1, 2])],
    outputs: [tensor(undefined, 'float32', [-1])],
  },
  tensor,
};

/** The `MLmodel` file as mlflow 3.17.2 writes it for the onnx flavor; lists of the signature are JSON within. */
export const mlmodel = (signature?: { inputs: unknown[]; outputs: unknown[] }, hasExample = false): string =>
  [
    'flavors:',
    '  onnx:\n    code: null\n    data: model.onnx\n    onnx_session_options: null\n    onnx_version: 1.23.2',
    '  python_function:\n    data: model.onnx\n    loader_module: mlflow.onnx',
    'mlflow_version: 3.17.2',
    ...(hasExample
      ? [
          'saved_input_example_info:\n  artifact_path: input_example.json\n  serving_input_path: serving_input_example.json\n  type: ndarray',
        ]
      : []),
    ...(signature
      ? [
          `signature:\n  inputs: '${JSON.stringify(signature.inputs)}'\n  outputs: '${JSON.stringify(signature.outputs)}'\n  params: null`,
        ]
      : []),
    "utc_time_created: '2026-11-23 00:45:50.984109'\n",
  ].join('\n');

/** A model that adds up a row and `one` or `two`, as `mlflow.onnx.log_model` with a signature and an example leaves it. */
export const plus = (k: 'one' | 'two', more: Files = {}): Files => ({
  MLmodel: mlmodel(signatures.plus, true),
  'model.onnx': onnx(`plus-${k}`),
  'input_example.json': '[[1.0, 2.0], [3.0, 4.0]]',
  'serving_input_example.json': '{"inputs": [[1.0, 2.0], [3.0, 4.0]]}',
  'requirements.txt': 'mlflow==3.17.2\nonnx==1.23.2',
  ...more,
});

/** Puts files where an artifact URI says. */
export async function putFiles(registry: Served, uri: string, files: Files): Promise<void> {
  const folder = uri.replace(/^mlflow-artifacts:\//, '');
  for (const [path, content] of Object.entries(files)) {
    const body = typeof content === 'string' ? content : new Uint8Array(content);
    await ok(registry.send('PUT', `/api/2.0/mlflow-artifacts/artifacts/${folder}/${path}`, { body }));
  }
}

/** Logs and registers a version as MLflow 3's client does: a logged model, its files, a version made from it. */
export async function logVersion(registry: Served, name: string, files: Files): Promise<string> {
  await registry.post(`${api}/registered-models/create`, { name });
  const { model } = (await ok(registry.post(`${api}/logged-models`, { experiment_id: '0', name: 'model' }))).json;
  const { model_id, artifact_uri } = model.info;
  await putFiles(registry, artifact_uri, files);
  return newVersion(registry, { name, source: `models:/${model_id}`, model_id });
}

export const newVersion = async (registry: Served, fields: Record<string, string>): Promise<string> =>
  (await ok(registry.post(`${api}/model-versions/create`, fields))).json.model_version.version;

export const setAlias = (registry: Served, name: string, alias: string, version: string) =>
  ok(registry.post(`${api}/registered-models/alias`, { name, alias, version }));

async function ok<T extends { status: number; body: string }>(call: Promise<T>): Promise<T> {
  const answer = await call;
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`);
  return answer;
}
